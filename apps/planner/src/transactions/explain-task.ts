import type { Bus } from '@muster/messaging';
import type { TaskState } from '@muster/model';
import { explainReply, explainTask as explainQuestion, type WaitingReasonMessage } from '@muster/protocol';
import type { EntityManager } from 'typeorm';
import { askExecutors } from '../executors/ask-executors';
import { findTask } from '../output/task-attempts';
import { DeploymentRow } from './deployment.entity';
import { TaskRow } from './task.entity';
import { TransactionRow } from './transaction.entity';
import { undelivered } from './transaction-status';

/** `muster why -o json`. */
export interface Explanation {
  readonly task: string;
  readonly state: TaskState;
  readonly reasons: readonly WaitingReasonMessage[];
}

/**
 * Why a task does not run now, as the executors see it: they fold the stored log, so any of them can tell. Only of a
 * deployment that they refused do they know nothing; there the refusal is the reason.
 */
export async function explainTask(
  on: EntityManager,
  bus: Bus,
  transaction: string,
  task: string,
): Promise<Explanation> {
  const { deployment } = await findTask(on, transaction, task);
  const row = await on.findOneByOrFail(TransactionRow, { id: transaction });
  if (row.problems.length > 0) {
    const { state } = await on.findOneByOrFail(TaskRow, { deploymentId: deployment, task });
    const since = row.endedAt?.toISOString() ?? null;
    return {
      task,
      state,
      reasons: row.problems.map((each) => ({
        code: each.code,
        text: `${each.subject}: ${each.summary}`,
        since,
        holders: [],
      })),
    };
  }
  const pending = await undelivered(on, await on.findOneByOrFail(DeploymentRow, { id: deployment }));
  if (pending !== null) {
    const text = `no executor has taken the deployment after ${pending.tries} tries: ${pending.reason}; the next one is at ${pending.nextTryAt}`;
    return { task, state: 'waiting', reasons: [{ code: 'not-accepted', text, since: null, holders: [] }] };
  }
  const { state, reasons } = await askExecutors(bus, explainQuestion, { deployment, task }, explainReply);
  return { task, state, reasons };
}
