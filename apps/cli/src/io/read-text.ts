import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { problem, ProblemsError } from '@muster/problems';

/** Text of a file that a user named; `what` says as what. Fails with `ProblemsError` when it cannot be read. */
export async function readText(cwd: string, file: string, what: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new ProblemsError([
      problem('LOCAL_FILE', { subject: what, summary: (error as Error).message, place: { file } }),
    ]);
  }
}
