import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** When a process started, as text that no other process with its number shares; null if it does not live. */
export function startOf(pid) {
  try {
    // Counted after the name, which may hold spaces: state is the first field, the start the twentieth.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? null : fields[19];
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
    return process.platform === 'linux' ? null : startByPs(pid);
  }
}

function startByPs(pid) {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}
