import type { World } from './world';

/** What messages suffer; parts are of 1. */
export interface Weather {
  readonly loss: number;
  readonly repeat: number;
  /** Part of messages that take up to `slowMs`. */
  readonly slow: number;
  readonly slowMs: number;
}

export const CALM: Weather = { loss: 0, repeat: 0, slow: 0, slowMs: 0 };

export type Road = 'store' | 'events' | 'questions' | 'commands' | 'link';

/** Delay, loss and repetition of messages between processes. Roads may be down. */
export class Network {
  weather: Weather = CALM;
  readonly down = new Set<Road>();
  /** Number of the message that is repeated whatever the weather; counted from 1. */
  repeatAt = 0;
  #messages = 0;

  constructor(readonly world: World) {}

  delay(): number {
    const { world, weather } = this;
    return world.happens(weather.slow) ? world.between(10, weather.slowMs) : world.between(0, 4);
  }

  isLost(road: Road): boolean {
    return this.down.has(road) || this.world.happens(this.weather.loss);
  }

  /** How many times a message arrives that is not lost. */
  copies(): number {
    this.#messages++;
    return this.#messages === this.repeatAt || this.world.happens(this.weather.repeat) ? 2 : 1;
  }

  /** The message to be repeated has come. */
  get isRepeated(): boolean {
    return this.repeatAt > 0 && this.#messages >= this.repeatAt;
  }

  get messages(): number {
    return this.#messages;
  }
}
