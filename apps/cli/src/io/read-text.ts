import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { problem, ProblemsError } from '@muster/problems';

/** Above any graph file of a million relations, and what a process can read at once. */
const BYTES_MAX = 256 * 1024 * 1024;

/**
 * Text of a file that a user named; `what` says as what. Fails with `ProblemsError` when it cannot be read, is larger than
 * `BYTES_MAX`, or is no UTF-8.
 */
export async function readText(cwd: string, file: string, what: string): Promise<string> {
  const refusal = (summary: string, remedy?: string) =>
    new ProblemsError([problem('LOCAL_FILE', { subject: what, summary, place: { file }, ...(remedy && { remedy }) })]);
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    // No question of its size: a device has none, and a pipe only at its end.
    for await (const piece of createReadStream(resolve(cwd, file)) as AsyncIterable<Buffer>) {
      pieces.push(piece);
      size += piece.length;
      if (size > BYTES_MAX) break;
    }
  } catch (error) {
    throw refusal((error as Error).message);
  }
  if (size > BYTES_MAX)
    throw refusal(
      `is larger than ${Math.floor(BYTES_MAX / 1024 / 1024)} MiB, the most that is read`,
      'Check the path; what is large goes into files of a bundle.',
    );
  const bytes = Buffer.concat(pieces);
  // Replaced letters would be parsed, and reported, as if somebody had written them.
  if (!isUtf8(bytes)) throw refusal('is not UTF-8 text', 'Check the path, or save the file as UTF-8.');
  return bytes.toString();
}
