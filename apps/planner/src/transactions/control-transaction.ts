import { type ControlVerb, isDeploymentEnd } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import type { OutgoingKind } from '../outgoing/outgoing.entity';
import { writeOutgoing } from '../outgoing/write-outgoing';
import { type ContinueParts, continueTransaction } from './continue-transaction';
import { DeploymentRow } from './deployment.entity';
import { endBetweenGraphs, isStop } from './stop-later';
import { detailsOf, recordControl } from './store-controls';
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

/** Which transaction: one of another project is not found. */
export interface ControlledTransaction {
  readonly project: string;
  readonly transaction: string;
}

export interface ControlParts extends ContinueParts {
  readonly database: DataSource;
}

/**
 * Writes a control command for the transaction's present deployment; its effect comes back as an event that names it.
 * Between two graphs there is nobody to send it to: there, an end takes effect at once. After the end a resume or retry
 * begins a further run. The same id again changes nothing. Tells the id of the command whose answer says whether it was
 * taken.
 */
export async function controlTransaction(
  parts: ControlParts,
  { project, transaction }: ControlledTransaction,
  command: string,
  wish: ControlWish,
  who: string,
): Promise<string> {
  const { database } = parts;
  await findTransaction(database.manager, project, transaction);
  checkWish(wish);
  return database.transaction(async (manager) => {
    // Locks in everybody's order: deployment, then transaction.
    const latest = await rowOf<{ id: string }>(
      manager,
      'SELECT id FROM planner.deployment WHERE transaction_id = $1 ORDER BY run DESC LIMIT 1 FOR UPDATE',
      [transaction],
    );
    await rowOf(manager, 'SELECT 1 FROM planner.transaction WHERE id = $1 FOR UPDATE', [transaction]);
    if ((await rowOf(manager, 'SELECT 1 FROM planner.control WHERE id = $1', [command])) !== null) return command;
    const row = await manager.findOneByOrFail(TransactionRow, { id: transaction });
    const deployment = latest === null ? null : await manager.findOneByOrFail(DeploymentRow, { id: latest.id });
    const { verb, reason: why } = wish;
    const details = detailsOf({
      ...(wish.tasks === null ? {} : { tasks: wish.tasks }),
      ...(wish.limit === null ? {} : { limit: wish.limit }),
      ...(wish.event === null ? {} : { event: wish.event }),
    });
    const record = (run: number, isTaken: boolean): Promise<boolean> =>
      recordControl(manager, { id: command, transactionId: transaction, run, verb, details, who, why }, isTaken);
    if (row.advanceDue) {
      await record(row.runs, true);
      await stopBetweenGraphs(manager, row, command, wish, who);
      return command;
    }
    if (isDeploymentEnd(row.state) && (verb === 'resume' || verb === 'retry')) {
      const sent = await continueTransaction(manager, parts, row, { ...wish, verb }, who);
      await record(row.runs + 1, true);
      const subject = { transaction: row.id, cluster: row.cluster };
      const data = { command, verb, who, why, ...details, run: row.runs + 1 };
      await writeFeedEvents(manager, row.project, [{ type: 'transaction.control', at: null, subject, data }]);
      return sent ?? command;
    }
    if (deployment === null || isDeploymentEnd(row.state) || isDeploymentEnd(deployment.state))
      throw impossible(row, verb);
    await checkTasks(manager, deployment.id, wish);
    await record(deployment.run, false);
    const body = {
      deployment: deployment.id,
      verb,
      ...details,
      tasks: wish.tasks ? [...wish.tasks] : undefined,
      who,
      why,
    };
    await writeOutgoing(manager, command, deployment.id, { kind: 'control', body });
    return command;
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

/** Refuses tasks that the running graph does not have. Whether a verb fits the others the executors judge: what is stored here may lag. */
async function checkTasks(on: EntityManager, deployment: string, { tasks }: ControlWish): Promise<void> {
  const rows = await rowsOf<{ task: string }>(
    on,
    'SELECT task FROM planner.task WHERE deployment_id = $1 AND task = ANY($2::text[])',
    [deployment, tasks ?? []],
  );
  const known = new Set(rows.map(({ task }) => task));
  const problems = (tasks ?? [])
    .filter((task) => !known.has(task))
    .map((task) =>
      problem('API_NOT_FOUND', { subject: `task ${task}`, summary: 'The running graph has no such task.' }),
    );
  if (problems.length > 0) throw new ProblemsError(problems);
}

/** What is known of a command: that its owner has read it, or nothing yet. */
export interface ControlEffect {
  readonly effect: 'taken' | 'pending';
  /** What else there is to know, for people. */
  readonly note?: string;
}

/** What is known of a command; throws the refusal, also that it came too late. */
export async function effectOf(
  on: EntityManager,
  transaction: string,
  command: string,
  verb: ControlVerb,
): Promise<ControlEffect> {
  const row = await rowOf<{
    refused: ConstructorParameters<typeof ProblemsError>[0] | null;
    kind: OutgoingKind;
    is_answered: boolean;
    is_taken: boolean;
    too_late: boolean;
    unjudged: boolean;
  }>(
    on,
    `SELECT o.refused, o.kind, o.answered_at IS NOT NULL AS is_answered, c.taken_at IS NOT NULL AS is_taken,
       coalesce(c.too_late, false) AS too_late,
       coalesce(c.unjudged, false) AS unjudged
     FROM planner.outgoing o LEFT JOIN planner.control c ON c.id = o.id WHERE o.id = $1`,
    [command],
  );
  // Written and done at once, between two graphs.
  if (row === null) return { effect: 'taken' };
  if (row.refused !== null) throw new ProblemsError(row.refused);
  // A further run that is accepted is what was asked for.
  if (row.kind === 'start') return { effect: row.is_answered ? 'taken' : 'pending' };
  if (!row.too_late)
    return { effect: row.is_taken ? 'taken' : 'pending', ...(row.unjudged ? { note: unjudged(verb) } : {}) };
  const gone =
    verb === 'retry' || verb === 'skip' ? 'It had just ended, or its tasks had gone on,' : 'It had just ended';
  const summary = `${gone} when ${verb} came, so nothing follows from it.`;
  throw new ProblemsError([problem('CONTROL_NOT_POSSIBLE', { subject: `transaction ${transaction}`, summary })]);
}

/** Of what an executor of an earlier version has taken without a look. */
function unjudged(verb: ControlVerb): string {
  return `The executor that has read it is of an earlier version and does not tell whether ${verb} changes anything; the status of its tasks shows it.`;
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
  await endBetweenGraphs(on, row.id, { command, verb, who, why: reason });
}

function impossible({ id, state }: TransactionRow, verb: ControlVerb): ProblemsError {
  const summary = isDeploymentEnd(state)
    ? `It has ended (${state}), so ${verb} does nothing any more.`
    : `It is between two graphs, where only cancel and drain work.`;
  return new ProblemsError([problem('CONTROL_NOT_POSSIBLE', { subject: `transaction ${id}`, summary })]);
}
