/** What many evaluations may cost together: whoever starts them makes one and gives it to each. */
export class SharedSteps {
  #used = 0;

  /** `max`: steps, as those of one evaluation. */
  constructor(readonly max: number) {}

  get used(): number {
    return this.#used;
  }

  /** Not below zero. */
  get left(): number {
    return Math.max(0, this.max - this.#used);
  }

  use(steps: number): void {
    this.#used += steps;
  }
}
