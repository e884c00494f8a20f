/**
 * Loaded before a program of the demo: the program itself notes which process it is, before it does anything, so that
 * `demo:stop` finds it however its starter ended. Told what to note by `MUSTER_DEMO_NOTE`, which ends here.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { startOf } from './process-identity.mjs';

const note = process.env.MUSTER_DEMO_NOTE;
if (isMainThread && note) {
  delete process.env.MUSTER_DEMO_NOTE;
  const { file, starter, stamp } = JSON.parse(note);
  // Killed already: nobody waits for this, and `demo:stop` may have looked.
  if (process.ppid !== starter) process.exit(1);
  writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, start: startOf(process.pid), stamp }));
  renameSync(`${file}.new`, file);
}
