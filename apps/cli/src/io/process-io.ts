import { homedir } from 'node:os';
import type { Io, Sink } from './io';

/** The real thing: this process's streams, environment and signals. */
export function processIo(): Io {
  return {
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    now: () => Date.now(),
    onInterrupt(listener) {
      // `once`: a second Ctrl-C meets no listener and ends the process as the system does.
      process.once('SIGINT', listener);
      return () => process.removeListener('SIGINT', listener);
    },
    async ask(question) {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
      const { createInterface } = await import('node:readline/promises');
      const terminal = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await terminal.question(question);
      } finally {
        terminal.close();
      }
    },
  };
}

function sink(stream: NodeJS.WriteStream): Sink {
  // The reader went away (`muster ... | head`): nothing is left to say, and that is no failure of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
  return {
    isTerminal: stream.isTTY === true && process.env['TERM'] !== 'dumb',
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    write: (content) => void stream.write(content),
  };
}
