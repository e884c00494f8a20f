import type { DataSource } from 'typeorm';
import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import { numberFeedEvents } from './number-feed-events';

/** How late an event may be seen that another planner numbered, or wrote just before it died. */
const POLL_MS = 250;

/**
 * Numbers the feed, and tells the readers of this planner when there is something new, whoever numbered it. Every planner
 * runs one; the row's lock makes them take turns. Readers do not poll, so their number costs the database nothing.
 */
export class FeedSequencer {
  readonly #loop: Loop;
  readonly #off: () => void;
  #last = -1;

  constructor(database: DataSource, nudges: PlannerNudges, onFailure: (error: unknown) => void) {
    this.#loop = new Loop({
      everyMs: POLL_MS,
      onFailure,
      turn: async () => {
        const { last, isMore } = await numberFeedEvents(database);
        if (last !== this.#last) nudges.nudge('numbered');
        this.#last = last;
        return isMore;
      },
    });
    this.#off = nudges.on('recorded', () => this.#loop.nudge());
  }

  async close(): Promise<void> {
    this.#off();
    await this.#loop.close();
  }
}
