import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { problem, ProblemsError } from '@muster/problems';

/** Text of a file that a user named; `what` says as what. Fails with `ProblemsError` when it cannot be read or is no UTF-8. */
export async function readText(cwd: string, file: string, what: string): Promise<string> {
  const refusal = (summary: string, remedy?: string) =>
    new ProblemsError([problem('LOCAL_FILE', { subject: what, summary, place: { file }, ...(remedy && { remedy }) })]);
  const bytes = await readFile(resolve(cwd, file)).catch((error: unknown) => {
    throw refusal((error as Error).message);
  });
  // Replaced letters would be parsed, and reported, as if somebody had written them.
  if (!isUtf8(bytes)) throw refusal('is not UTF-8 text', 'Check the path, or save the file as UTF-8.');
  return bytes.toString();
}
