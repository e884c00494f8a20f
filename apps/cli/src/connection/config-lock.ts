import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Io } from '../io/io';
import { userConfigPath } from './user-config';

/** Longer than asking an issuer takes: whoever made it has died. */
const STALE_MS = 30_000;
const PAUSE_MS = 50;

/** Does `work` while no other program of this user does so, by a folder beside the user configuration. */
export async function withConfigLock<T>(io: Io, work: () => Promise<T>): Promise<T> {
  const lock = `${userConfigPath(io)}.lock`;
  mkdirSync(dirname(lock), { recursive: true, mode: 0o700 });
  while (!isMade(lock)) {
    if (ageMs(lock) > STALE_MS) remove(lock);
    else await sleep(PAUSE_MS);
  }
  try {
    return await work();
  } finally {
    remove(lock);
  }
}

function isMade(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ageMs(lock: string): number {
  return Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

function remove(lock: string): void {
  try {
    rmdirSync(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
