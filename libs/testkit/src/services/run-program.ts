import { execFile } from 'node:child_process';

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** Replaces the environment whole; absent: inherited. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** On its standard input. */
  readonly input?: string;
}

/** Runs a program to its end. Never fails: a program that cannot be started has code null and says why on stderr. */
export function tryProgram(argv: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const [file, ...args] = argv;
  return new Promise((resolve) => {
    const child = execFile(
      file ?? '',
      args,
      {
        env: options.env ?? process.env,
        cwd: options.cwd ?? '/',
        timeout: options.timeoutMs ?? 60_000,
        killSignal: 'SIGKILL',
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : null) : 0;
        resolve({ code, stdout, stderr: code === null ? `${stderr}${error?.message ?? ''}` : stderr });
      },
    );
    // A program that ends without reading it has its reasons; its exit tells.
    child.stdin?.on('error', () => undefined).end(options.input ?? '');
  });
}

/** As `tryProgram`, and gives stdout; fails with everything the program said unless it exits 0. */
export async function runProgram(argv: readonly string[], options: ProgramOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await tryProgram(argv, options);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${stderr}${stdout}`);
  return stdout;
}
