/** What a service touches of its process; tests stand in for it. */
export interface ProcessHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** One line on stdout. */
  print(line: string): void;
  /** Calls `listener` at every SIGTERM and SIGINT. Returns how to stop listening. */
  onStopSignal(listener: () => void): () => void;
  /** Ends at once, whatever is open. */
  abort(exitCode: number): void;
}

/** This process. */
export function processHost(): ProcessHost {
  return {
    env: process.env,
    cwd: process.cwd(),
    print: (line) => void process.stdout.write(`${line}\n`),
    onStopSignal(listener) {
      const signals = ['SIGTERM', 'SIGINT'] as const;
      for (const each of signals) process.on(each, listener);
      return () => signals.forEach((each) => process.removeListener(each, listener));
    },
    abort: (exitCode) => process.exit(exitCode),
  };
}
