import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { runAs } from '@muster/testkit';
import { root } from './root';

export interface Ready {
  readonly url?: string;
  readonly id?: string;
}

/** A `muster planner`, `executor` or `server` in a process of its own, started as an operator starts it. */
export class ServiceProcess {
  private constructor(
    readonly ready: Ready,
    readonly pid: number,
    private readonly child: ChildProcess,
    private readonly ended: Promise<number | null>,
  ) {}

  /** Settles when the service says that it serves. Its log goes to `logFile`. */
  static async start(
    words: readonly string[],
    env: Readonly<Record<string, string>>,
    logFile: string,
  ): Promise<ServiceProcess> {
    // It must not outlive a test run that is ended by a signal.
    const argv = [...(await runAs(null)), process.execPath, `${root}/apps/cli/bin/muster.cjs`, ...words];
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr?.on('data', (bytes: Buffer) => appendFileSync(logFile, bytes));
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    const lines = createInterface({ input: child.stdout ?? process.stdin });
    const ready = new Promise<Ready>((resolve) => lines.once('line', (line) => resolve(JSON.parse(line) as Ready)));
    const first = await Promise.race([ready, ended]);
    if (typeof first === 'number' || first === null)
      throw new Error(`muster ${words.join(' ')} ended with ${first} before it was ready; see ${logFile}`);
    return new ServiceProcess(first, child.pid ?? 0, child, ended);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** A polite end; gives the exit code. Safe after `kill`. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGCONT');
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), 20_000);
    const code = await this.ended;
    clearTimeout(killer);
    return code;
  }
}
