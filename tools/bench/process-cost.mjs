import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

let ticksPerSecond = 0;

/** CPU that a process and its children that have ended used so far, in milliseconds. Linux only: /proc. */
export function cpuMs(pid) {
  ticksPerSecond ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  // Counted after the name, which may hold spaces: utime, stime, cutime and cstime are the twelfth to the fifteenth.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return (ticks * 1000) / ticksPerSecond;
}

/** From here on `peakMemoryMb` counts anew. Linux only; of processes of one's own. */
export function forgetPeakMemory(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Largest resident memory of a process so far, or since it was last forgotten, in megabytes (10^6 bytes). */
export function peakMemoryMb(pid) {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return (Number(kib) * 1024) / 1e6;
}

/** Processes that this one started, or they, whose program is called so: services of our own. */
export function descendantsNamed(name) {
  const parents = new Map();
  const names = new Map();
  for (const pid of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const stat = statOf(pid);
    if (stat === null) continue;
    names.set(pid, /\((.*)\)/s.exec(stat)?.[1]);
    parents.set(pid, stat.replace(/^.*\) /s, '').split(' ')[1]);
  }
  const isOurs = (pid) => {
    for (let at = pid; at !== undefined && at !== '0'; at = parents.get(at))
      if (at === String(process.pid)) return true;
    return false;
  };
  return [...names].filter(([pid, each]) => each === name && isOurs(pid)).map(([pid]) => Number(pid));
}

function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
}
