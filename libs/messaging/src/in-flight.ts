/** Work that has begun and must be waited for. */
export class InFlight {
  readonly #running = new Set<Promise<void>>();

  /** `work` must not fail. */
  track(work: Promise<void>): Promise<void> {
    this.#running.add(work);
    const done = work.finally(() => this.#running.delete(work));
    return done;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Settles when nothing runs. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running]);
  }
}
