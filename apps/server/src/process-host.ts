/** What a service touches of its process; tests stand in for it. */
export interface ProcessHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** One line on stdout. */
  print(line: string): void;
  /**
   * Calls `listener` at every SIGTERM and SIGINT, and keeps these signals from everybody who begins to listen later:
   * NestJS answers one by sending it again. Returns how to stop listening.
   */
  onStopSignal(listener: () => void): () => void;
  /** Ends at once, whatever is open. */
  abort(exitCode: number): void;
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** This process. */
export function processHost(): ProcessHost {
  return {
    env: process.env,
    cwd: process.cwd(),
    print: (line) => void process.stdout.write(`${line}\n`),
    onStopSignal(listener) {
      const keepOut = (event: string | symbol, other: () => void): void => {
        const signal = STOP_SIGNALS.find((each) => each === event);
        // Told before it is added; gone again before any signal can be delivered.
        if (signal !== undefined) queueMicrotask(() => process.removeListener(signal, other));
      };
      for (const each of STOP_SIGNALS) process.on(each, listener);
      process.on('newListener', keepOut);
      return () => {
        process.removeListener('newListener', keepOut);
        for (const each of STOP_SIGNALS) process.removeListener(each, listener);
      };
    },
    abort: (exitCode) => process.exit(exitCode),
  };
}
