import type { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';
import type { FeedTail } from '../feed/feed-tail';
import { Loop } from './loop';
import type { PlannerNudges, PlannerTopic } from './planner-nudges';

/** How late this planner learns what another one did, or what one left undone that died. */
const LOOK_MS = 500;

interface Seen {
  /** Last number of the feed. */
  readonly last: string;
  readonly recorded: boolean;
  readonly outgoing: boolean;
  readonly advance: boolean;
  readonly inspect: boolean;
  readonly webhook: boolean;
  /** There are webhooks that want events. */
  readonly has_webhooks: boolean;
}

const DUE = ['recorded', 'outgoing', 'advance', 'inspect', 'webhook'] as const satisfies readonly PlannerTopic[];

/**
 * Asks for all work beside requests, in one statement, whether there is any, and nudges those whose it is. They ask nothing while
 * nobody nudges them, so an idle planner costs the database this alone.
 */
export class Lookout {
  readonly #loop: Loop;
  readonly #off: () => void;
  #hasWebhooks = false;

  constructor(
    database: DataSource,
    nudges: PlannerNudges,
    tail: Pick<FeedTail, 'saw'>,
    onFailure: (error: unknown) => void,
  ) {
    this.#loop = new Loop({
      everyMs: LOOK_MS,
      onFailure,
      turn: async () => {
        const seen = await rowOf<Seen>(database.manager, LOOK);
        if (seen === null) return false;
        this.#hasWebhooks = seen.has_webhooks;
        if (tail.saw(Number(seen.last))) nudges.nudge('numbered');
        for (const topic of DUE) if (seen[topic]) nudges.nudge(topic);
        return false;
      },
    });
    // A webhook that was made a moment ago is found by the next look.
    this.#off = nudges.on('numbered', () => this.#hasWebhooks && nudges.nudge('webhook'));
  }

  async close(): Promise<void> {
    this.#off();
    await this.#loop.close();
  }
}

/** Each asks at least for what the worker's own statement takes; that one decides. */
const LOOK = `
  SELECT s.last,
    EXISTS (SELECT FROM planner.feed_event WHERE number IS NULL) AS recorded,
    EXISTS (SELECT FROM planner.outgoing WHERE answered_at IS NULL AND due_at <= now()) AS outgoing,
    EXISTS (SELECT FROM planner.transaction WHERE advance_due) AS advance,
    EXISTS (SELECT FROM planner.inspection_node
      WHERE ended_at IS NULL AND next_at <= now() AND (leased_until IS NULL OR leased_until < now()))
      OR EXISTS (SELECT FROM planner.inspection i WHERE ended_at IS NULL
        AND NOT EXISTS (SELECT FROM planner.inspection_node n WHERE n.inspection_id = i.id AND n.ended_at IS NULL)) AS inspect,
    EXISTS (SELECT FROM planner.webhook
      WHERE state = 'active' AND due_at <= now() AND (leased_until IS NULL OR leased_until < now()) AND last < s.last) AS webhook,
    EXISTS (SELECT FROM planner.webhook WHERE state = 'active') AS has_webhooks
  FROM planner.feed_sequence s WHERE s."only"`;
