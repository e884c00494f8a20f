import { readFile } from 'node:fs/promises';

/** Names a running process beyond its number, which is given again after its end. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time as the kernel counts it; null where there is no /proc. */
  readonly startedAt: string | null;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, startedAt: await startTime(process.pid) };
}

/** True if that very process runs, zombies aside. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return identity.startedAt === null || (await startTime(identity.pid)) === identity.startedAt;
}

async function startTime(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null);
  if (stat === null) return null;
  // The name stands in brackets and may hold anything, so count from the last one: state is field 3, the start 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
}
