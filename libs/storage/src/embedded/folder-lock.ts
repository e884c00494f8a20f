import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { problem, ProblemsError } from '@muster/problems';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity';

/**
 * Keeps a folder for this process until it is released or the process has ended, however it did. Fails with
 * `ProblemsError` (`STORAGE_FOLDER_IN_USE`) that names the holder. `socket` is asked too: a holder in another container
 * has a process number that means nothing here.
 */
export async function lockFolder(folder: string, socket: string): Promise<() => Promise<void>> {
  const lock = join(folder, 'lock');
  const mine = join(folder, `lock.${randomUUID()}`);
  const text = JSON.stringify(await ownIdentity());
  await writeFile(mine, text, { mode: 0o600 });
  try {
    for (;;) {
      // Unlike a rename, a link does not replace what is there.
      if (await succeeds(link(mine, lock), 'EEXIST')) return () => rm(lock, { force: true });
      const holder = await readFile(lock, 'utf8').catch(() => null);
      if (holder !== null && (await isHeld(holder, socket))) throw inUse(folder, holder);
      if (holder !== null) await removeStale(lock, holder);
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function isHeld(holder: string, socket: string): Promise<boolean> {
  const identity = parse(holder);
  return (identity !== null && (await isRunning(identity))) || (await answers(socket));
}

/** Takes a dead one's lock away, unless another process was quicker and it is a living one's by now. */
async function removeStale(lock: string, expected: string): Promise<void> {
  const aside = `${lock}.${randomUUID()}`;
  if (!(await succeeds(rename(lock, aside), 'ENOENT'))) return;
  if ((await readFile(aside, 'utf8')) !== expected) await succeeds(link(aside, lock), 'EEXIST');
  await rm(aside, { force: true });
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(socket);
    client.once('connect', () => {
      client.destroy();
      resolve(true);
    });
    client.once('error', () => resolve(false));
  });
}

function parse(text: string): ProcessIdentity | null {
  try {
    const { pid, startedAt } = JSON.parse(text) as Partial<ProcessIdentity>;
    return typeof pid === 'number' && pid > 0
      ? { pid, startedAt: typeof startedAt === 'string' ? startedAt : null }
      : null;
  } catch {
    return null;
  }
}

/** False if it fails with `expected`; fails with anything else. */
async function succeeds(work: Promise<unknown>, expected: string): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === expected) return false;
    throw error;
  }
}

function inUse(folder: string, holder: string): ProblemsError {
  const pid = parse(holder)?.pid;
  return new ProblemsError([
    problem('STORAGE_FOLDER_IN_USE', {
      subject: `data folder ${folder}`,
      summary: pid === undefined ? 'another process uses it' : `process ${pid} uses it`,
    }),
  ]);
}
