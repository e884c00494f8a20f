import { problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowOf } from '../database/sql';
import { findTask } from '../output/task-attempts';
import { findPlanTask } from '../plans/find-plan-task';
import { findKeptPlan } from '../plans/keep-plan';
import type { TaskInputsDto } from './history.dto';

/**
 * What a task was given in the run that tried it last, as it was planned then: whatever was edited since changes nothing.
 * Throws `API_NOT_FOUND` for a task that there is none of, and where the plan is not kept (any more).
 */
export async function taskInputs(on: EntityManager, transaction: string, task: string): Promise<TaskInputsDto> {
  const { deployment } = await findTask(on, transaction, task);
  const row = await rowOf<{ run: number; digest: string; cluster_id: string; revision: number }>(
    on,
    `SELECT d.run, d.digest, t.cluster_id, t.revision FROM planner.deployment d
     JOIN planner.transaction t ON t.id = d.transaction_id WHERE d.id = $1`,
    [deployment],
  );
  const kept = row === null ? null : await findKeptPlan(on, row.cluster_id, row.digest);
  const inputs = kept === null ? null : await findPlanTask(kept.json, task);
  if (row === null || inputs === null)
    throw new ProblemsError([
      problem('API_NOT_FOUND', {
        subject: `inputs of task ${task}`,
        summary: 'The plan that they are from is not kept.',
        remedy: 'Plans of transactions are kept as long as their cluster; older versions kept none.',
      }),
    ]);
  return { task, run: row.run, plan: row.digest, revision: row.revision, inputs };
}
