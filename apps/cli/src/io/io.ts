/** A stream for people or programs. */
export interface Sink {
  /** True on a terminal: escapes are allowed. */
  readonly isTerminal: boolean;
  /** Width in characters; 80 where unknown. */
  readonly columns: number;
  readonly rows: number;
  /** Writes as it is; waits for nothing. */
  write(content: string | Uint8Array): void;
}

/** Everything outside that a command touches, so that tests can stand in for it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** Data. */
  readonly stdout: Sink;
  /** Progress and problems. */
  readonly stderr: Sink;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `listener` at the next Ctrl-C only; the one after that ends the process. Returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
  /** Asks on the terminal; null when there is none to ask on. */
  ask(question: string): Promise<string | null>;
}
