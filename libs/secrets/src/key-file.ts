import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import { problem, ProblemsError } from '@muster/problems';

/**
 * The text in `path`, made at random (64 hex digits) if there is none; the folder must exist. Several processes may ask
 * at once and get the same. Fails with `ProblemsError` (`CONFIG_INVALID`) if others may read the file, or it is empty.
 */
export async function loadOrCreateKeyFile(path: string): Promise<string> {
  const existing = await load(path);
  if (existing !== null) return existing;
  // Whole or not at all: a file that is being written is never seen under its name.
  const unfinished = `${path}.${randomUUID()}`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await file.sync();
    await file.close();
    await link(unfinished, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { force: true });
  }
  const made = await load(path);
  if (made === null) throw refused(path, 'it went away while it was made');
  return made;
}

async function load(path: string): Promise<string | null> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0)
      throw refused(
        path,
        'other users may read it',
        `Run \`chmod 600 ${path}\`; if they may have read it, replace it.`,
      );
    const text = (await readFile(path, 'utf8')).trim();
    if (text === '') throw refused(path, 'it is empty', 'Remove it to have a new one made, or put the key back.');
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function refused(path: string, summary: string, remedy?: string): ProblemsError {
  return new ProblemsError([
    problem('CONFIG_INVALID', { subject: `key file ${path}`, summary, ...(remedy ? { remedy } : {}) }),
  ]);
}
