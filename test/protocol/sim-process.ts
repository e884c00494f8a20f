import type { Clock } from '@muster/execution';
import type { Network, Road } from './network';
import type { World } from './world';

/** How long a caller waits for an answer before it takes the connection for broken. */
const PATIENCE_MS = 4000;

/** What can befall a call: its process dies before it is sent, or before it is answered; or the answer alone is lost, so that it is made again. */
export const MOMENTS = ['before', 'between', 'unanswered'] as const;

/** Which call of any process something befalls, and what. */
export interface Sentence {
  readonly call: number;
  readonly moment: (typeof MOMENTS)[number];
}

/** Counts the calls of all processes, and says what befalls the one that is sentenced. */
export class Fates {
  calls = 0;
  sentence: Sentence | null = null;
  isCarriedOut = false;

  falls(moment: Sentence['moment']): boolean {
    if (this.sentence === null || this.calls !== this.sentence.call || this.sentence.moment !== moment) return false;
    this.isCarriedOut = true;
    return true;
  }
}

/** A process with its own clock, which can die or be stopped at any moment: what it waits for then never comes, or later. */
export class SimProcess {
  isAlive = true;
  onDeath: () => void = () => undefined;
  #stoppedUntil = 0;
  #stoppedFor = 0;

  constructor(
    readonly id: string,
    readonly world: World,
    readonly network: Network,
    readonly fates: Fates,
    /** Its monotonic clock does not count the time that it is stopped: a planted fault. */
    private readonly clockStands: boolean,
  ) {}

  readonly clock: Clock = {
    now: () => this.world.now,
    monotonic: () => this.world.now - (this.clockStands ? this.#stoppedFor : 0),
    after: (ms, ring) => {
      let isSet = true;
      this.world.after(ms, () => this.deliver(() => isSet && ring()));
      return () => {
        isSet = false;
      };
    },
  };

  /** Lets something reach the process: now, when it goes on, or never. */
  deliver(what: () => void): void {
    if (!this.isAlive) return;
    const wait = this.#stoppedUntil - this.world.now;
    if (wait > 0) this.world.after(wait, () => this.deliver(what));
    else what();
  }

  die(why: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.world.note(`${this.id} dies: ${why}`);
    this.onDeath();
  }

  stop(ms: number): void {
    if (!this.isAlive || this.#stoppedUntil > this.world.now) return;
    this.world.note(`${this.id} is stopped for ${ms}`);
    this.#stoppedUntil = this.world.now + ms;
    this.#stoppedFor += ms;
  }

  resume(): void {
    this.#stoppedUntil = this.world.now;
  }

  /**
   * Asks for `effect` somewhere else. Request and answer each travel; either may be lost, and then the caller hears an error
   * although it may have happened. A dead process hears nothing.
   */
  call<T>(road: Road, effect: () => T): Promise<T> {
    const { world, network, fates } = this;
    return new Promise<T>((resolve, reject) => {
      if (!this.isAlive) return;
      fates.calls++;
      if (fates.falls('before')) return this.die('before a call');
      const dies = fates.falls('between');
      const isUnanswered = fates.falls('unanswered');
      let isAnswered = false;
      const answer = (settle: () => void): void =>
        this.deliver(() => {
          if (isAnswered) return;
          isAnswered = true;
          settle();
        });
      world.after(PATIENCE_MS, () => answer(() => reject(new Error('no answer'))));
      if (network.isLost(road)) return dies ? this.die('with a call under way') : undefined;
      world.after(network.delay(), () => {
        let value: T;
        try {
          value = effect();
        } catch (error) {
          const failure = error instanceof Error ? error : new Error(String(error));
          world.after(network.delay(), () => answer(() => reject(failure)));
          return;
        }
        if (dies) return this.die('before an answer');
        if (isUnanswered || network.isLost(road)) return;
        world.after(network.delay(), () => answer(() => resolve(value)));
      });
    });
  }
}
