import { byCodeUnit, type DeploymentStatus, type TaskState } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { PackedText } from '../http/packed-text';
import type { ControlDetails } from './control.entity';
import { DeploymentRow } from './deployment.entity';
import { type FailedTask, type FailureGroup, groupFailures } from './group-failures';
import { type UnconfirmedEnd, unconfirmedEnds } from './unconfirmed-ends';
import { iso, statusTasks, type StoredTask, taskStatus, type TaskStatus } from './status-tasks';
import { detailsOf } from './store-controls';
import { TransactionRow } from './transaction.entity';
import {
  type CheckedGroup,
  type CheckTask,
  isCheck,
  validationsOfTransaction,
} from '../validations/validations-of-transaction';

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

/**
 * Everything about one transaction, a `TransactionStatus`. Cost: proportional to its tasks; of these only a part is in memory at
 * once, beside those that failed or run.
 */
export async function transactionStatus(database: DataSource, project: string, id: string): Promise<PackedText> {
  return database.transaction('REPEATABLE READ', (manager) => statusText(manager, project, id));
}

async function statusText(on: EntityManager, project: string, id: string): Promise<PackedText> {
  const row = await findTransaction(on, project, id);
  const runs = await on.find(DeploymentRow, { where: { transactionId: id }, order: { run: 'ASC' } });
  const lastOf = new Map(runs.map((run) => [run.graphIndex, run]));
  const deployments = [...lastOf.values()];
  const text = new PackedText();
  await text.add(
    opened({
      transaction: id,
      cluster: row.cluster,
      revision: row.revision,
      state: row.state,
      executor: runs.at(-1)?.executor ?? null,
    }),
  );
  await text.add(',"graphs":[');
  const told = new Told();
  for (const [index, type] of row.graphs.entries())
    await addGraph(on, text, told, { index, type, deployment: lastOf.get(index) });
  await text.add('],');
  const rest: Omit<TransactionStatus, 'transaction' | 'cluster' | 'revision' | 'state' | 'executor' | 'graphs'> = {
    runs: runs.map((run) => runStatus(run, row)),
    controls: await controlsOf(on, id),
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
    who: row.who,
    why: row.why,
    expectedMs: deployments.reduce((sum, deployment) => sum + deployment.expectedMs, 0),
    progress: told.progress(),
    failures: told.failures(),
    unconfirmed: await unconfirmedEnds(on, id),
    validations: await validationsOfTransaction(on, row, told.checks()),
    problems: row.problems,
    refused: isRefused(row),
    undelivered: await undelivered(on, deployments.at(-1)),
  };
  await text.add(JSON.stringify(rest).slice(1));
  return text;
}

/** JSON of an object, but for the brace that closes it. */
function opened(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}

/** Adds a `GraphStatus`, and tells of its tasks. */
async function addGraph(
  on: EntityManager,
  text: PackedText,
  told: Told,
  { index, type, deployment }: { index: number; type: string; deployment: DeploymentRow | undefined },
): Promise<void> {
  const its: Omit<GraphStatus, 'tasks'> = {
    ...{ type, state: deployment?.state ?? 'pending', deployment: deployment?.id ?? null },
  };
  await text.add(`${index === 0 ? '' : ','}${opened(its)},"tasks":{`);
  let comma = '';
  if (deployment !== undefined)
    for await (const tasks of statusTasks(on, deployment)) {
      const shown = tasks.map((task) => {
        const status = taskStatus(task);
        told.take(type, task, status);
        return `${JSON.stringify(task.task)}:${JSON.stringify(status)}`;
      });
      await text.add(comma + shown.join(','));
      comma = ',';
    }
  await text.add('}}');
}

/** What the tasks come to, by address. */
class Told {
  readonly #checks: CheckTask[] = [];
  readonly #running: string[] = [];
  readonly #bad: (FailedTask & { readonly state: TaskState })[] = [];
  #total = 0;
  #ended = 0;

  take(graph: string, { task, state, ended_at: endedAt, reason }: StoredTask, status: TaskStatus): void {
    this.#total += 1;
    if (endedAt !== null) this.#ended += 1;
    if (state === 'running') this.#running.push(task);
    if (state === 'failed' || state === 'lost') this.#bad.push({ task, reason, state });
    if (isCheck(task)) this.#checks.push({ graph, task, ...status });
  }

  progress(): TransactionStatus['progress'] {
    const failed = this.#inOrder(this.#bad.filter(({ state }) => state === 'failed'));
    return {
      total: this.#total,
      ended: this.#ended,
      running: [...this.#running].sort(byCodeUnit),
      failed: failed.map(({ task, reason }) => ({ task, reason })),
    };
  }

  checks(): readonly CheckTask[] {
    return this.#inOrder(this.#checks);
  }

  failures(): readonly FailureGroup[] {
    return groupFailures(this.#inOrder(this.#bad));
  }

  /** Of all graphs together. */
  #inOrder<Task extends { readonly task: string }>(tasks: readonly Task[]): readonly Task[] {
    return [...tasks].sort((a, b) => byCodeUnit(a.task, b.task));
  }
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
