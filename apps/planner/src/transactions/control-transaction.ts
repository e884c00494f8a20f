import { type ControlVerb, isDeploymentEnd, isTaskEnd, type TaskState } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { writeOutgoing } from '../outgoing/write-outgoing';
import { DeploymentRow } from './deployment.entity';
import type { ControlEffect } from './note-effects';
import { endBetweenGraphs, isStop } from './stop-later';
import { TransactionRow } from './transaction.entity';
import { findTransaction } from './transaction-status';

export interface ControlWish {
  readonly verb: ControlVerb;
  readonly tasks: readonly string[] | null;
  readonly limit: { readonly key: string; readonly amount: number } | null;
  /** Of `signal`. */
  readonly event: string | null;
  readonly reason: string | null;
}

/**
 * Writes a control command for the transaction's present deployment; its effect comes back as an event that names it.
 * Between two graphs there is nobody to send it to: there, an end takes effect at once. The same id again changes nothing.
 */
export async function controlTransaction(
  database: DataSource,
  transaction: string,
  command: string,
  wish: ControlWish,
  who: string,
): Promise<void> {
  await findTransaction(database.manager, transaction);
  checkWish(wish);
  await database.transaction(async (manager) => {
    // Locks in everybody's order: deployment, then transaction.
    const latest = await rowOf<{ id: string }>(
      manager,
      'SELECT id FROM planner.deployment WHERE transaction_id = $1 ORDER BY run DESC LIMIT 1 FOR UPDATE',
      [transaction],
    );
    await rowOf(manager, 'SELECT 1 FROM planner.transaction WHERE id = $1 FOR UPDATE', [transaction]);
    if ((await rowOf(manager, 'SELECT 1 FROM planner.outgoing WHERE id = $1', [command])) !== null) return;
    const row = await manager.findOneByOrFail(TransactionRow, { id: transaction });
    const deployment = latest === null ? null : await manager.findOneByOrFail(DeploymentRow, { id: latest.id });
    if (row.advanceDue) return stopBetweenGraphs(manager, row, command, wish, who);
    if (deployment === null || isDeploymentEnd(row.state) || isDeploymentEnd(deployment.state))
      throw impossible(row, wish.verb);
    await checkTasks(manager, deployment.id, wish);
    await writeOutgoing(manager, command, deployment.id, {
      kind: 'control',
      body: {
        deployment: deployment.id,
        verb: wish.verb,
        ...(wish.tasks === null ? {} : { tasks: [...wish.tasks] }),
        ...(wish.limit === null ? {} : { limit: wish.limit }),
        ...(wish.event === null ? {} : { event: wish.event }),
        who,
        why: wish.reason,
      },
    });
  });
}

/** What a verb cannot do without would otherwise be accepted and do nothing. */
function checkWish({ verb, tasks, limit, event }: ControlWish): void {
  const needed = { skip: 'tasks', 'set-limit': 'limit', signal: 'event' } as const;
  const given = { tasks: (tasks?.length ?? 0) > 0, limit: limit !== null, event: event !== null };
  const field = verb === 'skip' || verb === 'set-limit' || verb === 'signal' ? needed[verb] : null;
  const missing = field !== null && !given[field] ? field : null;
  if (missing === null) return;
  const summary = `It is missing, and ${verb} does nothing without it.`;
  throw new ProblemsError([problem('API_INVALID', { subject: `field ${missing}`, summary, place: { path: missing } })]);
}

/** States in which a verb about tasks does something. */
const STATES_FOR: Partial<Record<ControlVerb, readonly TaskState[]>> = {
  retry: ['ready', 'lost'],
  skip: ['waiting', 'ready', 'lost'],
};

/** Refuses tasks that the running graph does not have, and those in a state that the verb does not fit. */
async function checkTasks(on: EntityManager, deployment: string, { verb, tasks }: ControlWish): Promise<void> {
  const rows = await rowsOf<{ task: string; state: TaskState }>(
    on,
    'SELECT task, state FROM planner.task WHERE deployment_id = $1 AND task = ANY($2::text[])',
    [deployment, tasks ?? []],
  );
  const states = new Map(rows.map(({ task, state }) => [task, state]));
  const problems = (tasks ?? []).flatMap((task) => {
    const state = states.get(task);
    if (state === undefined)
      return [problem('API_NOT_FOUND', { subject: `task ${task}`, summary: 'The running graph has no such task.' })];
    const fitting = STATES_FOR[verb];
    if (fitting === undefined || fitting.includes(state)) return [];
    const summary = isTaskEnd(state)
      ? `It has ended (${state}), so ${verb} does nothing any more.`
      : `It is ${state}; ${verb} works on tasks that are ${fitting.join(' or ')}.`;
    return [problem('CONTROL_NOT_POSSIBLE', { subject: `task ${task}`, summary })];
  });
  if (problems.length > 0) throw new ProblemsError(problems);
}

/** What is known of a command: that the executors took it, or nothing yet; throws the refusal, also that it came too late. */
export async function effectOf(
  on: EntityManager,
  transaction: string,
  command: string,
  verb: ControlVerb,
): Promise<'taken' | 'pending'> {
  const row = await rowOf<{
    refused: ConstructorParameters<typeof ProblemsError>[0] | null;
    effect: ControlEffect | null;
  }>(on, 'SELECT refused, effect FROM planner.outgoing WHERE id = $1', [command]);
  // Written and done at once, between two graphs.
  if (row === null) return 'taken';
  if (row.refused !== null) throw new ProblemsError(row.refused);
  if (row.effect !== 'too-late') return row.effect ?? 'pending';
  const summary = `It had just ended when ${verb} came, so nothing follows from it.`;
  throw new ProblemsError([problem('CONTROL_NOT_POSSIBLE', { subject: `transaction ${transaction}`, summary })]);
}

async function stopBetweenGraphs(
  on: EntityManager,
  row: TransactionRow,
  command: string,
  { verb, reason }: ControlWish,
  who: string,
): Promise<void> {
  if (!isStop(verb)) throw impossible(row, verb);
  const subject = { transaction: row.id, cluster: row.cluster };
  await writeFeedEvents(on, row.project, [
    { type: 'transaction.control', at: null, subject, data: { command, verb, who, why: reason } },
  ]);
  await endBetweenGraphs(on, row, { command, verb, who, why: reason });
}

function impossible({ id, state }: TransactionRow, verb: ControlVerb): ProblemsError {
  const summary = isDeploymentEnd(state)
    ? `It has ended (${state}), so ${verb} does nothing any more.`
    : `It is between two graphs, where only cancel and drain work.`;
  return new ProblemsError([problem('CONTROL_NOT_POSSIBLE', { subject: `transaction ${id}`, summary })]);
}
