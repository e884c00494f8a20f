import type { DataSource } from 'typeorm';
import type { PlannerNudges } from '../running/planner-nudges';
import type { OutputCursor } from './output-cursor';
import { type OutputStream, readStream } from './read-stream';
import { type AttemptExtent, taskAttempts, type TaskRef } from './task-attempts';

/** How late a chunk that another planner stored may be seen. */
const POLL_MS = 300;
const LONG_OVER_MS = 30_000;

/** One piece of output, and how far the reader is after it. */
export interface OutputPiece {
  readonly attempt: number;
  readonly offset: number;
  readonly stream: OutputStream;
  readonly text: string;
  /** As of `StreamPiece`. */
  readonly base64: string | null;
  readonly cursor: OutputCursor;
}

export interface FollowOptions {
  readonly from: OutputCursor;
  /** Null: all attempts, one after another. */
  readonly only: number | null;
  /** False: what is there now, gaps jumped over. */
  readonly wait: boolean;
  /** How long chunks are waited for that an ended attempt still owes; then its gaps are jumped over. */
  readonly patienceMs: number;
}

/**
 * Output of a task, attempt by attempt, in order within each stream, until the task has ended and all that is owed was
 * read (or `patienceMs` passed without a new byte). Ends early when `gone` fires. Returns whether it was complete.
 */
export async function* followOutput(
  database: DataSource,
  nudges: PlannerNudges,
  ref: TaskRef,
  options: FollowOptions,
  gone: AbortSignal,
): AsyncGenerator<readonly OutputPiece[], boolean> {
  let cursor = options.from;
  let quietSince = performance.now();
  while (!gone.aborted) {
    const { ended, attempts } = await taskAttempts(database.manager, ref);
    const current = attempts.find((each) => each.attempt === cursor.attempt);
    const settled =
      !options.wait ||
      (current !== undefined && current.endedAt !== null && performance.now() - quietSince > options.patienceMs);
    const pieces = await readBoth(database, ref, cursor, settled);
    if (pieces.length > 0) {
      cursor = pieces.at(-1)?.cursor ?? cursor;
      quietSince = performance.now();
      yield pieces;
      continue;
    }
    const complete = current !== undefined && current.endedAt !== null && hasAll(current, cursor);
    const another = options.only === null && attempts.some((each) => each.attempt > cursor.attempt);
    if (another && (complete || settled)) {
      cursor = { attempt: cursor.attempt + 1, stdout: 0, stderr: 0 };
      quietSince = performance.now();
      continue;
    }
    const over = ended || (options.only !== null && current?.endedAt !== null && current !== undefined);
    if (over && (current === undefined || complete)) return true;
    if (settled) return over && (options.wait || isLongOver(current));
    await nudges.wait(`output:${ref.deployment}`, POLL_MS, gone);
  }
  return false;
}

async function readBoth(
  database: DataSource,
  ref: TaskRef,
  from: OutputCursor,
  settled: boolean,
): Promise<OutputPiece[]> {
  const pieces: OutputPiece[] = [];
  let cursor = from;
  for (const stream of ['stdout', 'stderr'] as const) {
    const read = await readStream(database.manager, { ...ref, attempt: from.attempt, stream }, from[stream], settled);
    for (const { offset, text, base64, next } of read) {
      cursor = { ...cursor, [stream]: next };
      pieces.push({ attempt: from.attempt, offset, stream, text, base64, cursor });
    }
  }
  return pieces;
}

/** Whatever such an attempt still owed was lost on the way. */
function isLongOver(attempt: AttemptExtent | undefined): boolean {
  const endedAt = attempt?.endedAt ?? null;
  return endedAt !== null && Date.now() - endedAt.getTime() > LONG_OVER_MS;
}

/** An attempt whose extent is not known owes nothing that could be waited for. */
function hasAll({ expected }: AttemptExtent, cursor: OutputCursor): boolean {
  return expected !== null && cursor.stdout >= expected.stdout && cursor.stderr >= expected.stderr;
}
