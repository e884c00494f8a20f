/** Time, as the shell needs it. The scheduler never sees it: it is told. */
export interface Clock {
  /** Milliseconds since the epoch; may jump. For the `at` of events. */
  now(): number;
  /** Milliseconds from any fixed point; never goes back. For leases. */
  monotonic(): number;
  /** Calls `ring` once after `ms`; the answer takes it back. */
  after(ms: number, ring: () => void): () => void;
}

/** Settles after `ms`. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
