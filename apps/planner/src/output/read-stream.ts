import { isUtf8 } from 'node:buffer';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { wholeCharacters } from './whole-characters';

/** Chunks read at once: 2 MiB at most. */
const BATCH_MAX = 32;

export type OutputStream = 'stdout' | 'stderr';

/** Where one stream of one attempt is kept. */
export interface StreamRef {
  readonly deployment: string;
  readonly task: string;
  readonly attempt: number;
  readonly stream: OutputStream;
}

export interface StreamPiece {
  readonly offset: number;
  readonly text: string;
  /** The bytes in base64 where `text` does not say them; null where it does. */
  readonly base64: string | null;
  /** Where the next piece begins. */
  readonly next: number;
}

/**
 * The next pieces of a stream from `offset`, without a gap and cut between characters; empty when there is nothing yet.
 *
 * With `settled` (nothing more will come) gaps are jumped over and a broken last character is shown as such.
 */
export async function readStream(
  on: EntityManager,
  { deployment, task, attempt, stream }: StreamRef,
  offset: number,
  settled: boolean,
): Promise<StreamPiece[]> {
  const chunks = await rowsOf<{ start: number; bytes: Buffer }>(
    on,
    `SELECT start, bytes FROM planner.output_chunk
     WHERE deployment_id = $1 AND task = $2 AND attempt = $3 AND stream = $4 AND start + length(bytes) > $5
     ORDER BY start LIMIT ${BATCH_MAX}`,
    [deployment, task, attempt, stream, offset],
  );
  const pieces: StreamPiece[] = [];
  let at = offset;
  let pending = Buffer.alloc(0);
  for (const [index, { start, bytes }] of chunks.entries()) {
    const gap = start > at + pending.length;
    if (gap && !settled) break;
    if (gap) {
      if (pending.length > 0) pieces.push(piece(at, pending));
      at = start;
      pending = Buffer.alloc(0);
    }
    const fresh = bytes.subarray(Math.max(0, at + pending.length - start));
    if (fresh.length === 0) continue;
    pending = Buffer.concat([pending, fresh]);
    const isLast = settled && index === chunks.length - 1 && chunks.length < BATCH_MAX;
    const whole = isLast ? pending.length : wholeCharacters(pending);
    if (whole === 0) continue;
    pieces.push(piece(at, pending.subarray(0, whole)));
    at += whole;
    pending = pending.subarray(whole);
  }
  return pieces;
}

function piece(offset: number, bytes: Uint8Array): StreamPiece {
  const { buffer, byteOffset, length } = bytes;
  const whole = Buffer.from(buffer, byteOffset, length);
  const base64 = isUtf8(whole) ? null : whole.toString('base64');
  return { offset, text: whole.toString(), base64, next: offset + length };
}
