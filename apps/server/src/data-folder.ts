import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { SecretValue } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';

/** Makes the data folder if it is not there, for this user only. Fails with `ProblemsError` when it cannot be used. */
export async function prepareDataFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await chmod(dataDir, 0o700);
  } catch (error) {
    throw unusable((error as Error).message);
  }
}

/**
 * The secret that is kept in a file of the data folder, made at first use: 32 random bytes, base64url, file mode 0600.
 * Two processes that make it at once end with the same one.
 */
export async function keptSecret(dataDir: string, name: string): Promise<SecretValue> {
  const file = join(dataDir, name);
  try {
    return (await readSecret(file)) ?? (await makeSecret(file));
  } catch (error) {
    if (error instanceof ProblemsError) throw error;
    throw unusable((error as Error).message);
  }
}

async function makeSecret(file: string): Promise<SecretValue> {
  // Written whole beside it, then linked: whoever finds the name finds the whole secret, also after a power cut.
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  const made = await readSecret(file);
  if (!made) throw new Error(`${file} vanished`);
  return made;
}

async function readSecret(file: string): Promise<SecretValue | null> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    if (text.length < 16) throw unusable(`${file} holds no secret`);
    await chmod(file, 0o600);
    return new SecretValue(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function unusable(summary: string): ProblemsError {
  const remedy = 'Name a folder that this user may write to, on a disk that lasts.';
  return new ProblemsError([problem('CONFIG_INVALID', { subject: 'MUSTER_DATA_DIR', summary, remedy })]);
}
