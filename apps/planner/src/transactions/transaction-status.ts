import { describeSkipWish, type DeploymentStatus, type TaskState } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import type { ControlDetails } from './control.entity';
import { DeploymentRow } from './deployment.entity';
import { type FailureGroup, groupFailures } from './group-failures';
import { type UnconfirmedEnd, unconfirmedEnds } from './unconfirmed-ends';
import { requiresOf } from './deployment-requires';
import { readyTasks } from './ready-tasks';
import { detailsOf } from './store-controls';
import { TransactionRow } from './transaction.entity';
import {
  type CheckedGroup,
  type CheckTask,
  isCheck,
  validationsOfTransaction,
} from '../validations/validations-of-transaction';

/** One task as `status` shows it. Times are ISO 8601 UTC. */
export interface TaskStatus {
  readonly state: TaskState;
  readonly attempts: number;
  readonly exitCode: number | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly reason: string | null;
  /** What the last attempt tells of itself. */
  readonly summary: string | null;
}

export interface GraphStatus {
  readonly type: string;
  readonly state: DeploymentStatus;
  /** Of the last deployment of this graph; null while it has not been planned. */
  readonly deployment: string | null;
  readonly tasks: Record<string, TaskStatus>;
}

/** One carrying out of one graph; a graph that was gone on with has several. */
export interface RunStatus {
  readonly run: number;
  readonly type: string;
  readonly state: DeploymentStatus;
  readonly deployment: string;
  readonly executor: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly who: string;
  readonly why: string | null;
}

/** What somebody asked of the transaction. */
export interface ControlStatus extends ControlDetails {
  readonly command: string;
  readonly run: number;
  readonly verb: string;
  readonly who: string;
  readonly why: string | null;
  readonly at: string;
  /** `sent`: no executor has acted on it yet. `too-late`: the run had ended. */
  readonly state: 'sent' | 'taken' | 'too-late' | 'refused';
}

/** `muster status -o json`, and what a progress display needs. */
export interface TransactionStatus {
  readonly transaction: string;
  readonly cluster: string;
  readonly revision: number;
  readonly state: DeploymentStatus;
  readonly executor: string | null;
  readonly graphs: readonly GraphStatus[];
  /** In order; the last one of each graph is what `graphs` shows. */
  readonly runs: readonly RunStatus[];
  /** Oldest first, the newest thousand. */
  readonly controls: readonly ControlStatus[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly who: string;
  readonly why: string | null;
  readonly expectedMs: number;
  readonly progress: {
    readonly total: number;
    readonly ended: number;
    readonly running: readonly string[];
    readonly failed: readonly { readonly task: string; readonly reason: string | null }[];
  };
  /** Failed and lost tasks by cause, the largest group first. */
  readonly failures: readonly FailureGroup[];
  /** What may still run on nodes though it was to be ended. */
  readonly unconfirmed: readonly UnconfirmedEnd[];
  /** What its checks came to, by group; empty: it has none. */
  readonly validations: readonly CheckedGroup[];
  readonly problems: readonly Problem[];
  /** It was never carried out: its start was refused, and the problems say why. */
  readonly refused: boolean;
  /** The start command on its way, once a try has failed; null: it was answered, or nothing has failed. */
  readonly undelivered: Undelivered | null;
}

export interface Undelivered {
  readonly tries: number;
  readonly reason: string;
  readonly nextTryAt: string;
}

const CONTROLS_MAX = 1000;

interface StoredTask {
  readonly deployment_id: string;
  readonly task: string;
  readonly state: TaskState;
  readonly attempts: number;
  readonly exit_code: number | null;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly reason: string | null;
  readonly summary: string | null;
  readonly skip_asked: string | null;
}

/** The transaction's row; throws `API_NOT_FOUND`. */
export async function findTransaction(on: EntityManager, project: string, id: string): Promise<TransactionRow> {
  const row = await on.findOneBy(TransactionRow, { project, id });
  if (row !== null) return row;
  throw new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `transaction ${id}`,
      summary: 'There is no such transaction.',
      remedy: '`muster status` lists them.',
    }),
  ]);
}

/** Everything about one transaction. Cost: proportional to its tasks. */
export async function transactionStatus(on: EntityManager, project: string, id: string): Promise<TransactionStatus> {
  const row = await findTransaction(on, project, id);
  const runs = await on.find(DeploymentRow, { where: { transactionId: id }, order: { run: 'ASC' } });
  const lastOf = new Map(runs.map((run) => [run.graphIndex, run]));
  const deployments = [...lastOf.values()];
  const tasks = await rowsOf<StoredTask>(
    on,
    // By address, as the plan has them.
    `SELECT deployment_id, task, state, attempts, exit_code, started_at, ended_at, reason, summary, skip_asked
     FROM planner.task WHERE deployment_id = ANY($1::uuid[])
     ORDER BY task COLLATE "C"`,
    [deployments.map((deployment) => deployment.id)],
  );
  const shown = await showReady(on, deployments, tasks);
  return {
    transaction: id,
    cluster: row.cluster,
    revision: row.revision,
    state: row.state,
    executor: runs.at(-1)?.executor ?? null,
    graphs: row.graphs.map((type, index) => graphStatus(type, lastOf.get(index), shown)),
    runs: runs.map((run) => runStatus(run, row)),
    controls: await controlsOf(on, id),
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
    who: row.who,
    why: row.why,
    expectedMs: deployments.reduce((sum, deployment) => sum + deployment.expectedMs, 0),
    progress: {
      total: tasks.length,
      ended: tasks.filter((task) => task.ended_at !== null).length,
      running: tasks.filter((task) => task.state === 'running').map((task) => task.task),
      failed: tasks.filter((task) => task.state === 'failed').map(({ task, reason }) => ({ task, reason })),
    },
    failures: groupFailures(tasks.filter(({ state }) => state === 'failed' || state === 'lost')),
    unconfirmed: await unconfirmedEnds(on, id),
    validations: await validationsOfTransaction(on, row, checksOf(row, lastOf, shown)),
    problems: row.problems,
    refused: isRefused(row),
    undelivered: await undelivered(on, deployments.at(-1)),
  };
}

/** Ended by problems before anything of it was carried out. */
export function isRefused({ problems, startedAt }: Pick<TransactionRow, 'problems' | 'startedAt'>): boolean {
  return problems.length > 0 && startedAt === null;
}

/** What keeps a deployment that is pending from being taken; null: nothing that is known. */
export async function undelivered(
  on: EntityManager,
  deployment: Pick<DeploymentRow, 'id' | 'state'> | undefined,
): Promise<Undelivered | null> {
  if (deployment?.state !== 'pending') return null;
  const open = await rowOf<{ tries: number; last_failure: string; due_at: Date }>(
    on,
    `SELECT tries, last_failure, due_at FROM planner.outgoing
     WHERE deployment_id = $1 AND kind = 'start' AND answered_at IS NULL AND last_failure IS NOT NULL`,
    [deployment.id],
  );
  return open && { tries: open.tries, reason: open.last_failure, nextTryAt: open.due_at.toISOString() };
}

function runStatus({ id, run, graphType, state, executor, ...rest }: DeploymentRow, row: TransactionRow): RunStatus {
  return {
    ...{ run, type: graphType, state, deployment: id, executor },
    startedAt: iso(rest.startedAt),
    endedAt: iso(rest.endedAt),
    who: rest.who ?? row.who,
    why: rest.who === null ? row.why : rest.why,
  };
}

async function controlsOf(on: EntityManager, transaction: string): Promise<readonly ControlStatus[]> {
  const rows = await rowsOf<ControlStatus & { details: ControlDetails; asked_at: Date }>(
    on,
    `SELECT c.id AS command, c.run, c.verb, c.details, c.who, c.why, c.asked_at,
       CASE WHEN o.refused IS NOT NULL THEN 'refused' WHEN c.too_late THEN 'too-late'
            WHEN c.taken_at IS NULL THEN 'sent' ELSE 'taken' END AS state
     FROM planner.control c LEFT JOIN planner.outgoing o ON o.id = c.id
     WHERE c.transaction_id = $1 ORDER BY c.asked_at DESC, c.id LIMIT ${CONTROLS_MAX}`,
    [transaction],
  );
  return rows.reverse().map(({ details, asked_at, command, run, verb, who, why, state }) => {
    return { command, run, verb, ...detailsOf(details), who, why, at: asked_at.toISOString(), state };
  });
}

/**
 * That a task is ready is told by no event, since it follows from the others: here it is derived. Only of deployments
 * that run; in one that nobody has accepted everything waits.
 */
async function showReady(
  on: EntityManager,
  deployments: readonly DeploymentRow[],
  tasks: readonly StoredTask[],
): Promise<readonly StoredTask[]> {
  const ready = new Set<StoredTask>();
  for (const { id, startedAt, endedAt } of deployments) {
    if (startedAt === null || endedAt !== null) continue;
    const mine = tasks.filter((task) => task.deployment_id === id);
    if (!mine.some((task) => task.state === 'waiting')) continue;
    const requires = await requiresOf(on, id);
    const states = mine.map((task) => task.state);
    const places = requires === null ? [] : readyTasks(states, requires);
    for (const place of places) ready.add(mine[place] as StoredTask);
  }
  return ready.size === 0 ? tasks : tasks.map((task) => (ready.has(task) ? { ...task, state: 'ready' } : task));
}

/** Checks of the last run of each graph. */
function checksOf(
  { graphs }: TransactionRow,
  lastOf: ReadonlyMap<number, DeploymentRow>,
  tasks: readonly StoredTask[],
): CheckTask[] {
  const graphOf = new Map(graphs.map((type, index) => [lastOf.get(index)?.id, type]));
  return tasks
    .filter(({ task }) => isCheck(task))
    .map((each) => ({ graph: graphOf.get(each.deployment_id) ?? '', task: each.task, ...taskStatus(each) }));
}

function graphStatus(type: string, deployment: DeploymentRow | undefined, tasks: readonly StoredTask[]): GraphStatus {
  if (deployment === undefined) return { type, state: 'pending', deployment: null, tasks: {} };
  const mine = tasks.filter((task) => task.deployment_id === deployment.id);
  return {
    type,
    state: deployment.state,
    deployment: deployment.id,
    tasks: Object.fromEntries(mine.map((task) => [task.task, taskStatus(task)])),
  };
}

function taskStatus(task: StoredTask): TaskStatus {
  return {
    state: task.state,
    attempts: task.attempts,
    exitCode: task.exit_code,
    startedAt: iso(task.started_at),
    endedAt: iso(task.ended_at),
    reason: reasonOf(task),
    summary: task.summary,
  };
}

/** Why it is in its state; with it the wish to skip it, and what came of that. */
function reasonOf({ state, reason, skip_asked: by }: StoredTask): string | null {
  if (by === null) return reason;
  const wish = describeSkipWish(by, state);
  return reason === null || state === 'skipped' ? wish : `${reason}; ${wish}`;
}

/** ISO 8601 UTC with milliseconds. */
export function iso(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
