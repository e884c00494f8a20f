import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Command lines of the processes of this machine that contain `text`; hosts in namespaces are seen from outside. A task's
 * command is a file there: what can be looked for is what it starts.
 */
export function commandLinesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(commandLineOf)
    .filter((line) => line.includes(text));
}

/** A command that sleeps for 120 seconds and a bit that no other sleeps for, in this run or another on this machine. */
export function ownSleep(): string {
  return `sleep 120.${randomBytes(6).readUIntBE(0, 6)}`;
}

/** Empty when the process is gone by now, or a zombie. */
function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
