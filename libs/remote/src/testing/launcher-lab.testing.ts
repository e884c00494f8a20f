import { spawn, type ChildProcess } from 'node:child_process';
import { LauncherChannel, type Answer, type Hello } from '../launcher/launcher-channel';

/** A launcher run by a shell of this machine, without SSH. */
export interface LabLauncher {
  readonly hello: Hello;
  readonly process: ChildProcess;
  ask(verb: string, ...words: (string | number)[]): Promise<readonly string[]>;
  /** Waits until the launcher tells the end of the attempt. */
  ended(attempt: string): Promise<readonly string[]>;
  request: LauncherChannel['request'];
  close(): Promise<void>;
}

export interface LabOptions {
  readonly shell?: readonly string[];
  readonly stateDir: string;
  readonly source?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly outputLimit?: number;
}

const BUSYBOX_MAYBE: readonly string[] = ['dash'];

export async function openLauncher(options: LabOptions): Promise<LabLauncher> {
  const { shell = BUSYBOX_MAYBE, stateDir, source, env = {}, outputLimit = 1_000_000 } = options;
  const [program = 'sh', ...args] = shell;
  const child = spawn(program, args, {
    stdio: 'pipe',
    detached: true,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/', MUSTER_STATE_DIR: stateDir, ...env },
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const channel = new LauncherChannel(child, {
    stateDir,
    outputLimit,
    helloTimeoutMs: 10_000,
    answerTimeoutMs: 30_000,
    ...(source === undefined ? {} : { source }),
  });
  const ends = new Map<string, readonly string[]>();
  const waiting = new Map<string, (words: readonly string[]) => void>();
  channel.onEnded = ([attempt = '', ...words]) => {
    ends.set(attempt, words);
    waiting.get(attempt)?.(words);
  };
  // What was killed cannot close its own descriptors to us: supervisors that go on hold them.
  child.once('exit', () => channel.close());
  const hello = await channel.open();
  const answered = ({ words }: Answer): readonly string[] => words;
  return {
    hello,
    process: child,
    request: channel.request.bind(channel),
    ask: (verb, ...words) =>
      channel
        .request(verb, words, { bulkSize: verb === 'poll' ? ([, , out, err]) => Number(out) + Number(err) : undefined })
        .then(answered),
    ended: (attempt) => {
      const words = ends.get(attempt);
      if (words) return Promise.resolve(words);
      return new Promise((resolve) => waiting.set(attempt, resolve));
    },
    close: async () => {
      channel.close();
      await gone;
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    },
  };
}
