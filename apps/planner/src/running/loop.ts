/** How a loop is told that the world has moved; a process of its own is not needed for it. */
export interface LoopOptions {
  /** Longest pause between two turns; nudges make it shorter. Absent: there is a turn at the start, and then whenever it is nudged. */
  readonly everyMs?: number;
  /** One turn. True: there may be more to do at once. */
  readonly turn: () => Promise<boolean>;
  /** A turn that fails is told here, and the next one comes as usual. */
  readonly onFailure: (error: unknown) => void;
}

/** Runs turns one after another, never two at once; `close` waits for the one that runs. */
export class Loop {
  #closed = false;
  #nudged = false;
  #wake: (() => void) | null = null;
  readonly #done: Promise<void>;

  constructor(private readonly options: LoopOptions) {
    this.#done = this.#run();
  }

  /** There may be something to do. */
  nudge(): void {
    this.#nudged = true;
    this.#wake?.();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#nudged = false;
      const more = await this.#turn();
      if (!more && !this.#nudged && !this.#closed) await this.#pause();
    }
  }

  async #turn(): Promise<boolean> {
    try {
      return await this.options.turn();
    } catch (error) {
      this.options.onFailure(error);
      return false;
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const { everyMs } = this.options;
      const timer = everyMs === undefined ? undefined : setTimeout(wake, everyMs);
      this.#wake = wake;
    });
  }
}
