import type { Clock } from './ports/clock';

/** A clock that stands until it is moved: timers ring in their order while it passes them. */
export class HandMovedClock implements Clock {
  #now = 1_000_000;
  #timers: { readonly at: number; readonly ring: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, ring: () => void): () => void {
    const timer = { at: this.#now + ms, ring };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  /** Timers that have not rung. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Lets what is under way go on, then moves by `ms`, ringing what becomes due and letting that go on, too. */
  async move(ms: number): Promise<void> {
    await settled();
    const until = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.ring();
      await settled();
    }
    this.#now = until;
  }
}

/** Settles once promises that wait for nothing but each other have. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
