import { type AttemptResult, isTaskEnd, type TaskState } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { OUTPUT_BYTES_MAX } from './store-output';

/** A task in the newest run of a transaction that tried it. */
export interface TaskRef {
  readonly deployment: string;
  readonly task: string;
}

/** An attempt and how much output is to be expected of it; null: not known. */
export interface AttemptExtent {
  readonly attempt: number;
  readonly endedAt: Date | null;
  readonly expected: { readonly stdout: number; readonly stderr: number } | null;
  /** How much it wrote, kept or not; null: not known. */
  readonly written: { readonly stdout: number; readonly stderr: number } | null;
  /** Null: what is kept is there. */
  readonly removedAt: Date | null;
}

/** Output that an attempt wrote and that is not there: beyond what is kept of a stream, or removed since. */
export interface LostOutput {
  readonly attempt: number;
  readonly stream: 'stdout' | 'stderr';
  /** 0: removed, and nobody knows how much there was. */
  readonly bytes: number;
  /** ISO 8601: when it was removed; absent: it was never kept. */
  readonly removedAt?: string;
}

/** What is not kept of the attempts (of `only` one, or of all), in order; empty where everything is. */
export function lostOutput(attempts: readonly AttemptExtent[], only: number | null): LostOutput[] {
  return attempts
    .filter(({ attempt }) => only === null || attempt === only)
    .flatMap(({ attempt, expected, written, removedAt }) =>
      (['stdout', 'stderr'] as const).flatMap((stream): LostOutput[] => {
        const bytes = expected && written ? written[stream] - expected[stream] : 0;
        if (removedAt === null) return bytes > 0 ? [{ attempt, stream, bytes }] : [];
        // Where the sizes are known, what wrote nothing has lost nothing.
        return written === null || bytes > 0 ? [{ attempt, stream, bytes, removedAt: removedAt.toISOString() }] : [];
      }),
    );
}

/** Throws `API_NOT_FOUND` if no graph of the transaction has the task (yet). */
export async function findTask(
  on: EntityManager,
  transaction: string,
  task: string,
  attempt: number | null = null,
): Promise<TaskRef> {
  const row = await rowOf<{ deployment_id: string }>(
    on,
    `SELECT t.deployment_id FROM planner.task t JOIN planner.deployment d ON d.id = t.deployment_id
     WHERE d.transaction_id = $1 AND t.task = $2
     ORDER BY EXISTS (SELECT 1 FROM planner.attempt a WHERE a.deployment_id = d.id AND a.task = t.task AND a.attempt = $3) DESC,
       d.ended_at IS NULL AND t.ended_at IS NULL DESC,
       EXISTS (SELECT 1 FROM planner.attempt a WHERE a.deployment_id = d.id AND a.task = t.task) DESC,
       d.run DESC LIMIT 1`,
    [transaction, task, attempt],
  );
  if (row !== null) return { deployment: row.deployment_id, task };
  throw new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `task ${task}`,
      summary: `Transaction ${transaction} has no such task.`,
      remedy:
        'A task is named definition@node; `muster status` lists them. Tasks of later graphs appear when their graph is reached.',
    }),
  ]);
}

/** What is known of the task's attempts, and whether there will be no further one. */
export async function taskAttempts(
  on: EntityManager,
  { deployment, task }: TaskRef,
): Promise<{ readonly ended: boolean; readonly attempts: readonly AttemptExtent[] }> {
  // The task first: an attempt that is added between the two statements belongs to a task that had not ended.
  const state = await rowOf<{ state: TaskState; over: boolean; removed_at: Date | null }>(
    on,
    `SELECT t.state, d.ended_at IS NOT NULL AS over, d.output_removed_at AS removed_at FROM planner.task t JOIN planner.deployment d ON d.id = t.deployment_id
     WHERE t.deployment_id = $1 AND t.task = $2`,
    [deployment, task],
  );
  const rows = await rowsOf<{ attempt: number; ended_at: Date | null; result: AttemptResult | null }>(
    on,
    'SELECT attempt, ended_at, result FROM planner.attempt WHERE deployment_id = $1 AND task = $2 ORDER BY attempt',
    [deployment, task],
  );
  const removedAt = state?.removed_at ?? null;
  return {
    ended: state === null || state.over || isTaskEnd(state.state),
    attempts: rows.map(({ attempt, ended_at, result }) => ({
      attempt,
      endedAt: ended_at,
      expected: removedAt !== null ? NOTHING : result === null ? null : expectedOf(result),
      removedAt,
      written: result !== null && 'sizes' in result ? result.sizes : null,
    })),
  };
}

const NOTHING = { stdout: 0, stderr: 0 };

function expectedOf(result: AttemptResult): AttemptExtent['expected'] {
  if (result.kind === 'unreachable' || result.kind === 'refused') return { stdout: 0, stderr: 0 };
  if (result.kind !== 'exited' && result.kind !== 'signalled') return null;
  const kept = (size: number) => Math.min(size, OUTPUT_BYTES_MAX);
  return { stdout: kept(result.sizes.stdout), stderr: kept(result.sizes.stderr) };
}
