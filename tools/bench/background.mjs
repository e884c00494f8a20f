import { fork, spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const READY_MS = 60_000;
const STOP_MS = 20_000;
const running = new Set();

/**
 * Starts a program of ours that prints one line of JSON when it is ready, and waits for that line. Its log goes to `logFile`.
 * What was started ends with `stop`, and with this process at the latest.
 */
export async function start(name, argv, { env, logFile }) {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', log] });
  closeSync(log);
  running.add(child);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  }).finally(() => running.delete(child));
  const line = new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  const first = await within(READY_MS, Promise.race([line, ended.then((how) => ({ how }))]));
  if (typeof first !== 'string') {
    child.kill('SIGKILL');
    const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
    throw new Error(`${name} did not become ready (${first?.how ?? 'a minute has passed'})\n${tail}`);
  }
  return {
    name,
    pid: child.pid,
    ready: JSON.parse(first),
    /** At once, as a crash would. */
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      child.kill('SIGTERM');
      if ((await within(STOP_MS, ended)) === undefined) child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs a program of ours to its end; fails, with what it said, unless its exit code is 0. */
export async function run(argv, env) {
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  let said = '';
  child.stderr.on('data', (bytes) => (said += bytes));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => running.delete(child));
  if (code !== 0) throw new Error(`${argv.slice(1).join(' ')} ended with ${code}: ${said}`);
}

/**
 * Starts a module of ours beside the services and gives it `task`. `told(key)` waits for its next message that has that
 * member and gives it; fails if it ends before. What it logs is ours.
 */
export function startWorker(file, task) {
  const child = fork(file, { execArgv: [], stdio: ['ignore', 2, 2, 'ipc'] });
  running.add(child);
  const messages = [];
  let wake = () => undefined;
  let over = null;
  child.on('message', (message) => {
    messages.push(message);
    wake();
  });
  child.once('exit', (code, signal) => {
    running.delete(child);
    over = signal ?? `code ${code}`;
    wake();
  });
  child.send(task);
  return {
    name: task.name,
    pid: child.pid,
    tell: (message) => child.send(message),
    told: async (key) => {
      for (;;) {
        const at = messages.findIndex((message) => key in message);
        if (at >= 0) return messages.splice(at, 1)[0][key];
        if (over !== null) throw new Error(`${task.name} ended with ${over}`);
        await new Promise((resolve) => (wake = resolve));
      }
    },
    stop: () => void (over === null && child.kill('SIGKILL')),
  };
}

/** For an interrupted run: nothing outlives it. */
export function killAll() {
  for (const child of running) child.kill('SIGKILL');
}

async function within(ms, promise) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, undefined)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
