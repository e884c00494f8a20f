import type { DataSource } from 'typeorm';
import type { PlannerNudges } from '../running/planner-nudges';
import { Loop } from '../running/loop';
import { numberFeedEvents } from './number-feed-events';

/** How long an event of another planner that died between commit and nudge waits for its number at most. */
const POLL_MS = 500;

/** Numbers the feed; every planner runs one, the row's lock makes them take turns. */
export class FeedSequencer {
  readonly #loop: Loop;
  readonly #off: () => void;

  constructor(database: DataSource, nudges: PlannerNudges, onFailure: (error: unknown) => void) {
    this.#loop = new Loop({
      everyMs: POLL_MS,
      onFailure,
      turn: async () => {
        const count = await numberFeedEvents(database);
        if (count > 0) nudges.nudge('numbered');
        return count > 0;
      },
    });
    this.#off = nudges.on('recorded', () => this.#loop.nudge());
  }

  async close(): Promise<void> {
    this.#off();
    await this.#loop.close();
  }
}
