interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Hands over together what arrives while the batch before is being written, and for `gatherMs` after it was begun; the
 * first after a silence goes at once.
 */
export class Batcher<Item> {
  #waiting: Waiting<Item>[] = [];
  #writing = false;

  constructor(
    private readonly sizeMax: number,
    private readonly gatherMs: number,
    private readonly write: (items: readonly Item[]) => Promise<void>,
  ) {}

  /** Settles once the item was written, or could not be. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#writing) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    // Lets the deliveries that are being handed over at this moment join the first batch.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const begun = performance.now();
      const batch = this.#waiting.splice(0, this.sizeMax);
      await this.write(batch.map((each) => each.item)).then(
        () => batch.forEach((each) => each.resolve()),
        (error: unknown) => batch.forEach((each) => each.reject(error)),
      );
      const early = begun + this.gatherMs - performance.now();
      if (early > 0 && this.#waiting.length < this.sizeMax)
        await new Promise<void>((resolve) => setTimeout(resolve, early));
    }
    this.#writing = false;
  }
}
