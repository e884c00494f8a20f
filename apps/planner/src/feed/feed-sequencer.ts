import type { DataSource } from 'typeorm';
import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import type { FeedTail } from './feed-tail';
import { BATCH_MAX, numberFeedEvents } from './number-feed-events';

/** Between two times that something was numbered: in a flood each costs a statement, whatever it finds. */
const GATHER_MS = 100;

/**
 * Numbers the feed when it is nudged, and tells the readers of this planner. Every planner runs one; the row's lock makes them take
 * turns. Readers do not poll, so their number costs the database nothing.
 */
export class FeedSequencer {
  readonly #loop: Loop;
  readonly #off: () => void;
  #last = 0;
  #numberedAt = -GATHER_MS;
  #isRecorded = false;

  constructor(
    database: DataSource,
    nudges: PlannerNudges,
    tail: Pick<FeedTail, 'saw'>,
    onFailure: (error: unknown) => void,
  ) {
    this.#loop = new Loop({
      onFailure,
      turn: async () => {
        if (!this.#isRecorded) return false;
        await this.#gather();
        this.#isRecorded = false;
        const { last, isMore } = await numberFeedEvents(database);
        // Where there is more than one batch it is not waited for.
        if (last !== this.#last && last - this.#last < BATCH_MAX) this.#numberedAt = performance.now();
        this.#last = last;
        if (tail.saw(last)) nudges.nudge('numbered');
        this.#isRecorded ||= isMore;
        return isMore;
      },
    });
    this.#off = nudges.on('recorded', () => {
      this.#isRecorded = true;
      this.#loop.nudge();
    });
  }

  /** The first after a silence does not wait. */
  async #gather(): Promise<void> {
    const early = this.#numberedAt + GATHER_MS - performance.now();
    if (early > 0) await new Promise<void>((resolve) => setTimeout(resolve, early));
  }

  async close(): Promise<void> {
    this.#off();
    await this.#loop.close();
  }
}
