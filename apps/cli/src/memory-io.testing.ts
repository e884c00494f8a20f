import type { Io, Sink } from './io/io';
import { runCli } from './run-cli';

export interface MemorySink extends Sink {
  text: string;
}

export function memorySink(isTerminal = false): MemorySink {
  return {
    isTerminal,
    columns: 100,
    rows: 24,
    text: '',
    write(content) {
      this.text += typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
    },
  };
}

export interface MemoryIo extends Io {
  readonly stdout: MemorySink;
  readonly stderr: MemorySink;
  /** Ctrl-C. */
  interrupt(): void;
}

export interface MemoryIoOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly home?: string;
  readonly terminal?: boolean;
  readonly answer?: string;
}

/** Stands in for the process: keeps what is written, and has no files of a user. */
export function memoryIo(options: MemoryIoOptions = {}): MemoryIo {
  const listeners: (() => void)[] = [];
  return {
    env: options.env ?? {},
    cwd: options.cwd ?? '/nonexistent/cwd',
    home: options.home ?? '/nonexistent/home',
    stdout: memorySink(options.terminal),
    stderr: memorySink(options.terminal),
    now: () => Date.now(),
    onInterrupt(listener) {
      listeners.push(listener);
      return () => void listeners.splice(listeners.indexOf(listener), 1);
    },
    ask: async () => options.answer ?? null,
    interrupt: () => listeners.splice(0).forEach((each) => each()),
  };
}

/** Runs a command line, one word per space, and answers with everything it did. */
export async function muster(line: string, options: MemoryIoOptions = {}) {
  const io = memoryIo(options);
  const code = await runCli(line.split(' ').filter(Boolean), io);
  return { code, out: io.stdout.text, err: io.stderr.text };
}
