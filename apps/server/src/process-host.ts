/** What a service touches of its process; tests stand in for it. */
export interface ProcessHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** One line on stdout. */
  print(line: string): void;
  /** Calls `listener` at every SIGTERM and SIGINT. Returns how to stop listening. */
  onStopSignal(listener: () => void): () => void;
  /** Takes those signals away from everybody who began to listen meanwhile: NestJS answers one by sending it again. */
  claimStopSignals(): void;
  /** Ends at once, whatever is open. */
  abort(exitCode: number): void;
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** This process. */
export function processHost(): ProcessHost {
  const ours = new Set<() => void>();
  return {
    env: process.env,
    cwd: process.cwd(),
    print: (line) => void process.stdout.write(`${line}\n`),
    onStopSignal(listener) {
      ours.add(listener);
      for (const each of STOP_SIGNALS) process.on(each, listener);
      return () => {
        ours.delete(listener);
        for (const each of STOP_SIGNALS) process.removeListener(each, listener);
      };
    },
    claimStopSignals() {
      for (const signal of STOP_SIGNALS) {
        for (const each of process.listeners(signal)) {
          if (!ours.has(each as () => void)) process.removeListener(signal, each);
        }
      }
    },
    abort: (exitCode) => process.exit(exitCode),
  };
}
