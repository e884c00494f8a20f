import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './folder.mjs';
import { startOf } from './process-identity.mjs';

const pidFile = (name) => join(folder, `${name}.pid`);
export const logFile = (name) => join(folder, `${name}.log`);
const readyFile = (name) => join(folder, `${name}.ready`);
const notePid = new URL('note-pid.mjs', import.meta.url).href;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What runs under that name: its pid, and the line of JSON that it printed when it was ready. Null if it does not live. */
export function running(name) {
  try {
    const { pid, start, stamp } = JSON.parse(readFileSync(pidFile(name), 'utf8'));
    return startOf(pid) === start ? { pid, stamp, ready: readyLine(name) } : null;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Starts a program in the background that prints one line of JSON when it is ready, and waits for that line.
 * Fails, with the end of the log, when it ends before or takes longer than a minute.
 */
export async function startInBackground(name, argv, env, stamp) {
  const out = openSync(readyFile(name), 'w', 0o600);
  const log = openSync(logFile(name), 'a', 0o600);
  const note = JSON.stringify({ file: pidFile(name), starter: process.pid, stamp });
  const child = spawn(process.execPath, ['--import', notePid, ...argv], {
    ...{ cwd: folder, detached: true, stdio: ['ignore', out, log] },
    env: { ...env, MUSTER_DEMO_NOTE: note },
  });
  closeSync(out);
  closeSync(log);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  });
  if (child.pid === undefined) throw new Error(`${name} cannot be started: ${await ended}`);
  child.unref();
  let end = null;
  void ended.then((how) => (end = how));
  for (const until = Date.now() + 60_000; Date.now() < until && end === null; await pause(50)) {
    const ready = readyLine(name);
    if (ready) return { pid: child.pid, ready };
  }
  const tail = readFileSync(logFile(name), 'utf8').trimEnd().split('\n').slice(-15).join('\n');
  throw new Error(
    `${name} did not become ready: ${end ?? 'a minute has passed'}\n${tail}\n(the whole log: ${logFile(name)})`,
  );
}

/** Ends what runs under that name: politely, after 20 seconds for good. True if something ran. */
export async function stopInBackground(name) {
  const it = running(name);
  if (it) {
    kill(it.pid, 'SIGTERM');
    for (const until = Date.now() + 20_000; running(name); await pause(50)) {
      if (Date.now() > until) kill(it.pid, 'SIGKILL');
    }
  }
  rmSync(pidFile(name), { force: true });
  rmSync(readyFile(name), { force: true });
  return it !== null;
}

function readyLine(name) {
  try {
    const text = readFileSync(readyFile(name), 'utf8');
    return text.includes('\n') ? JSON.parse(text.slice(0, text.indexOf('\n'))) : null;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
