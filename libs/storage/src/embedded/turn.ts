/** First come, first served: one holder at a time. */
export class Turn {
  #last: Promise<void> = Promise.resolve();

  /** Settles when it is our turn, with the word that ends it. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let release: () => void = () => undefined;
    this.#last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  }
}
