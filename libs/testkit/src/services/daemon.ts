import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { waitUntil } from './wait-until';

export interface DaemonOptions {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Both output streams are appended to it. */
  readonly logFile: string;
}

/** A process in the foreground that is ours: started, signalled and waited for. */
export class Daemon {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isEnded = false;

  private constructor(
    readonly options: DaemonOptions,
    child: ChildProcess,
  ) {
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const settle = (): void => {
        this.#isEnded = true;
        resolve();
      };
      child.once('exit', settle);
      child.once('error', settle);
    });
    process.once('exit', this.#killNow);
  }

  static async start(options: DaemonOptions): Promise<Daemon> {
    const log = await open(options.logFile, 'a', 0o600);
    try {
      const [file, ...args] = options.argv;
      const child = spawn(file ?? '', args, {
        env: options.env ?? process.env,
        cwd: options.cwd ?? '/',
        stdio: ['ignore', log.fd, log.fd],
      });
      return new Daemon(options, child);
    } finally {
      await log.close();
    }
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`${this.options.name} was not started`);
    return pid;
  }

  /** Settles when the process has ended, however it did. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Waits until `isReady`; fails with the end of the log if the process ends first or time runs out, ending it. */
  async untilReady(isReady: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    try {
      await waitUntil(`${this.options.name} is ready`, async () => this.#isEnded || (await isReady()), { timeoutMs });
    } catch (cause) {
      await this.end('SIGKILL');
      throw new Error(await this.#story('did not become ready'), { cause });
    }
    if (this.#isEnded) throw new Error(await this.#story('ended at its start'));
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#isEnded) this.#child.kill(signal);
  }

  /** Sends `signal` and waits for the end; KILL follows after `graceMs`. */
  async end(signal: NodeJS.Signals = 'SIGTERM', graceMs = 15_000): Promise<void> {
    // A stopped process would not see a polite signal.
    this.signal('SIGCONT');
    this.signal(signal);
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.#ended;
    clearTimeout(timer);
    process.removeListener('exit', this.#killNow);
  }

  // The last resort where setpriv is missing: a test runner that calls process.exit runs no other clean-up.
  readonly #killNow = (): void => this.signal('SIGKILL');

  async #story(what: string): Promise<string> {
    const log = await readFile(this.options.logFile, 'utf8').catch(() => '');
    return `${this.options.name} ${what}: ${this.options.argv.join(' ')}\n${log.slice(-4000)}`;
  }
}
