import { readFile, readdir } from 'node:fs/promises';
import { waitUntil } from './wait-until';

/** Processes below `pid`, nearest first, as /proc shows them now; empty where there is no /proc. */
export async function descendants(pid: number): Promise<number[]> {
  const parents = new Map<number, number[]>();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await processStat(Number(name));
    if (stat) parents.set(stat.parent, [...(parents.get(stat.parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (let level = [pid]; level.length > 0;) {
    level = level.flatMap((each) => parents.get(each) ?? []);
    found.push(...level);
  }
  return found;
}

/** True while the process exists and is no zombie: nobody may reap it where the first process does not. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await processStat(pid);
  return stat !== null && stat.state !== 'Z' && stat.state !== 'X';
}

/** Signals each process that is still there. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** SIGSTOP for all of them, and waits until each thread stands still, which takes the kernel a moment. */
export async function stopAll(pids: readonly number[]): Promise<void> {
  signalAll(pids, 'SIGSTOP');
  await waitUntil(`processes ${pids.join(', ')} stand still`, async () => {
    for (const pid of pids) {
      for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
        const stat = await processStat(`${pid}/task/${thread}`);
        if (stat !== null && !'TtZX'.includes(stat.state)) return false;
      }
    }
    return true;
  });
}

/** kill -9 for all of them, and waits until they are gone. */
export async function killAll(pids: readonly number[]): Promise<void> {
  signalAll(pids, 'SIGKILL');
  await waitUntil(`processes ${pids.join(', ')} are gone`, async () => {
    for (const pid of pids) if (await isAlive(pid)) return false;
    return true;
  });
}

async function processStat(pid: number | string): Promise<{ state: string; parent: number } | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The name stands in brackets and may hold anything, so count from the last one.
  const [state = '', parent = '0'] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state, parent: Number(parent) };
}
