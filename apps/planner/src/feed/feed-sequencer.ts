import type { DataSource } from 'typeorm';
import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import type { FeedTail } from './feed-tail';
import { BATCH_MAX, feedProgress, numberFeedEvents } from './number-feed-events';

/** How late an event may be seen that another planner numbered, or wrote just before it died. */
const POLL_MS = 250;
/** Between two times that something was numbered: in a flood each costs a statement, whatever it finds. */
const GATHER_MS = 100;

/**
 * Numbers the feed, and tells the readers of this planner when there is something new, whoever numbered it. Every planner
 * runs one; the row's lock makes them take turns. Readers do not poll, so their number costs the database nothing.
 */
export class FeedSequencer {
  readonly #loop: Loop;
  readonly #off: () => void;
  #last = -1;
  #numberedAt = -GATHER_MS;
  /** There is something to number, most likely: then nobody is asked first. */
  #isRecorded = false;

  constructor(
    database: DataSource,
    nudges: PlannerNudges,
    tail: Pick<FeedTail, 'saw'>,
    onFailure: (error: unknown) => void,
  ) {
    this.#loop = new Loop({
      everyMs: POLL_MS,
      onFailure,
      turn: async () => {
        await this.#gather();
        const isRecorded = this.#isRecorded;
        this.#isRecorded = false;
        const { last, isMore } = await (isRecorded ? numberFeedEvents(database) : feedProgress(database));
        tail.saw(last);
        if (last !== this.#last) {
          nudges.nudge('numbered');
          // Where there is more than one batch it is not waited for.
          if (isRecorded && last - this.#last < BATCH_MAX) this.#numberedAt = performance.now();
        }
        this.#last = last;
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
