import type { Clock } from './ports/clock';
import { NotReadNow } from './read-log';

/** Readings that wait, or are under way, few at once and none for ever. */
export class Readings {
  readonly #most: number;
  readonly #patienceMs: number;
  readonly #clock: Clock;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  /** `most` at once; each is left after `patienceMs`, the wait for its turn included. */
  constructor(most: number, patienceMs: number, clock: Clock) {
    this.#most = most;
    this.#patienceMs = patienceMs;
    this.#clock = clock;
  }

  /**
   * Reads once it is its turn, in the order in which they came. Fails with what `read` fails with, and with `NotReadNow`, which names
   * `what`, when its time has passed: then its place is free at once, and `isWanted` false, so that it may end.
   */
  run<T>(what: string, read: (isWanted: () => boolean) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      let isUnderWay = false;
      const end = (tell: () => void): void => {
        if (isOver) return;
        isOver = true;
        cancel();
        tell();
        if (isUnderWay) this.#underWay--;
        else this.#waiting.splice(this.#waiting.indexOf(begin), 1);
        this.#next();
      };
      const begin = (): void => {
        isUnderWay = true;
        this.#underWay++;
        read(() => !isOver).then(
          (value) => end(() => resolve(value)),
          (error: Error) => end(() => reject(error)),
        );
      };
      const cancel = this.#clock.after(this.#patienceMs, () =>
        end(() => reject(new NotReadNow(`${what} could not be read within ${this.#patienceMs / 1000} s`))),
      );
      this.#waiting.push(begin);
      this.#next();
    });
  }

  #next(): void {
    while (this.#underWay < this.#most) {
      const begin = this.#waiting.shift();
      if (!begin) return;
      begin();
    }
  }
}
