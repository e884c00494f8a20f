/** Says within this process that something changed, so that nobody waits for the next poll. Loses nothing if it is not heard. */
export class Nudges<Topic extends string> {
  readonly #listeners = new Map<Topic, Set<() => void>>();

  nudge(topic: Topic): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }

  /** Calls `listener` at every nudge until the function returned is called. */
  on(topic: Topic, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(topic, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }

  /** Resolves at the next nudge, after `ms`, or when `gone` fires; whichever comes first. */
  wait(topic: Topic, ms: number, gone?: AbortSignal): Promise<void> {
    if (gone?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        off();
        clearTimeout(timer);
        gone?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      const off = this.on(topic, done);
      gone?.addEventListener('abort', done, { once: true });
    });
  }
}
