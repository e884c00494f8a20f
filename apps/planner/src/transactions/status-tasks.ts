import { describeSkipWish, type TaskState } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsInParts } from '../database/sql';
import type { DeploymentRow } from './deployment.entity';
import { requiresOf } from './deployment-requires';
import { readyTasks } from './ready-tasks';

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

/** A task as it is stored, but for its state, which may be that it is ready. */
export interface StoredTask {
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

/** Tasks of a deployment by address, as the plan has them, in parts. Inside a database transaction that sees one state of all. */
export async function* statusTasks(on: EntityManager, deployment: DeploymentRow): AsyncGenerator<StoredTask[]> {
  const ready = await readyOf(on, deployment);
  const parts = rowsInParts<StoredTask>(
    on,
    `SELECT task, state, attempts, exit_code, started_at, ended_at, reason, summary, skip_asked
     FROM planner.task WHERE deployment_id = $1 ORDER BY task COLLATE "C"`,
    [deployment.id],
  );
  let place = 0;
  for await (const rows of parts) yield rows.map((row) => (ready.has(place++) ? { ...row, state: 'ready' } : row));
}

/** What states `readyOf` tells apart, a letter each. */
const STATES: Readonly<Record<string, TaskState>> = { w: 'waiting', s: 'succeeded', o: 'running' };

/**
 * That a task is ready is told by no event, since it follows from the others: here it is derived. Only of deployments
 * that run; in one that nobody has accepted everything waits. Gives places by address.
 */
async function readyOf(
  on: EntityManager,
  { id, startedAt, endedAt }: DeploymentRow,
): Promise<{ has(place: number): boolean }> {
  if (startedAt === null || endedAt !== null) return new Set();
  const found = await rowOf<{ states: string | null }>(
    on,
    // A letter each: there may be very many.
    `SELECT string_agg(CASE WHEN state = 'waiting' THEN 'w' WHEN state IN ('succeeded', 'skipped') THEN 's' ELSE 'o' END, ''
                       ORDER BY task COLLATE "C") AS states
     FROM planner.task WHERE deployment_id = $1`,
    [id],
  );
  const letters = found?.states ?? '';
  if (!letters.includes('w')) return new Set();
  const requires = await requiresOf(on, id);
  const states = Array.from(letters, (letter): TaskState => STATES[letter] ?? 'running');
  return requires === null ? new Set() : readyTasks(states, requires);
}

export function taskStatus(task: StoredTask): TaskStatus {
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
