/**
 * One service for all who use it at the same time in this process: started for the first, stopped after the last.
 * Under the test runner it is the runner's own and costs nothing; a single spec run by hand gets one for itself.
 */
export class SharedService<S extends { stop(): Promise<void> }> {
  #service: Promise<S> | null = null;
  #users = 0;

  constructor(private readonly obtain: () => Promise<S>) {}

  /** The service, and how to say that it is no longer needed. */
  async use(): Promise<{ service: S; release: () => Promise<void> }> {
    this.#users += 1;
    this.#service ??= this.obtain();
    const started = this.#service;
    let released = false;
    const release = async (): Promise<void> => {
      if (released) return;
      released = true;
      this.#users -= 1;
      if (this.#users > 0) return;
      this.#service = null;
      await (await started).stop();
    };
    try {
      return { service: await started, release };
    } catch (error) {
      this.#users -= 1;
      this.#service = null;
      throw error;
    }
  }
}
