import type { Clock } from '../ports/clock';

/** Of the lease's length: what an owner keeps away from its end, for clocks that do not run alike and starts under way. */
const MARGIN = 0.2;

/**
 * How long this executor may act as owner, by its own monotonic clock: counted from before the renewal was asked for, so
 * that it never ends later than in the database. A process that was stopped and goes on finds it passed.
 */
export class Lease {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  readonly #expires: boolean;
  #validUntil: number;

  /** `expires` is false for the only executor of a data folder. */
  constructor(clock: Clock, lengthMs: number, expires: boolean, askedAt: number) {
    this.#clock = clock;
    this.#lengthMs = lengthMs;
    this.#expires = expires;
    this.#validUntil = askedAt + lengthMs * (1 - MARGIN);
  }

  /** Notes a renewal that was asked for at `askedAt` on the monotonic clock. */
  renewed(askedAt: number): void {
    this.#validUntil = Math.max(this.#validUntil, askedAt + this.#lengthMs * (1 - MARGIN));
  }

  get isValid(): boolean {
    return !this.#expires || this.#clock.monotonic() < this.#validUntil;
  }
}
