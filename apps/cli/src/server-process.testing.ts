import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runAs } from '@muster/testkit';

/** `muster server` (or planner, executor) in a process of its own, as built: a planning thread cannot run from sources. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** What its ready line said. */
    readonly ready: { readonly url?: string; readonly id?: string },
    private readonly log: { text: string },
  ) {}

  /** Settles when it serves. Fails with the log when it ends before. */
  static async start(kind: string, env: Readonly<Record<string, string>>): Promise<ServerProcess> {
    // It must not outlive a test run that is ended by a signal.
    const argv = [...(await runAs(null)), process.execPath, join(__dirname, '../bin/muster.cjs'), kind];
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = { text: '' };
    child.stderr?.on('data', (piece: Buffer) => (log.text += piece.toString()));
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      return new ServerProcess(child, JSON.parse(line) as { url?: string; id?: string }, log);
    }
    throw new Error(`muster ${kind} did not become ready:\n${log.text}`);
  }

  get logText(): string {
    return this.log.text;
  }

  /** Sends the signal and waits for the end; gives the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }
}
