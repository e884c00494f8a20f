import { randomUUID } from 'node:crypto';
import { type Bus, BusError, makeEnvelope, MESSAGE_BYTES_MAX, type RoutedMessage } from '@muster/messaging';
import { FEED_EXCHANGE, feedEvent, type FeedEventMessage, feedRoutingKey } from '@muster/protocol';
import type { DataSource } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { uuidOf } from '../http/new-id';
import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import type { FeedEvent } from './feed-event';
import type { FeedTail } from './feed-tail';
import { readEveryFeed } from './read-feed';

/** How late what another planner left untold is taken over; costs nothing while all is told. */
const POLL_MS = 1000;
const BATCH_MAX = 500;
/** Far longer than a batch waits for the broker's word, so that two planners never tell at once. */
const LEASE_SECONDS = 30;
const OWN_MS_MAX = 15_000;
/** A lease younger than this is not asked for again. */
const LEASED_MS = 5000;
/** How often a batch is offered to readers whose own queue refuses it, before the others go on without them. */
const REFUSALS_MAX = 5;
/** JSON of so many characters fits a message, whatever they are. */
const SMALL_CHARS = MESSAGE_BYTES_MAX / 8;

interface FeedLease {
  /** Since when it is ours, on the clock of this process. */
  readonly since: number;
  /** How far it has come. */
  readonly last: number;
}

interface ToTell {
  readonly event: FeedEventMessage;
  readonly isSmall: boolean;
}

/**
 * Tells the feed on the topic exchange, in the order of its numbers, by one planner at a time. How far it has come is
 * written after the broker's word, so a number may be told twice and none is left out.
 */
export class FeedPublisher {
  readonly #me = randomUUID();
  readonly #loop: Loop;
  readonly #off: () => void;
  #refusals = 0;
  /** Null: to be asked for. */
  #lease: FeedLease | null = null;
  /** How far whoever told it last had come, when it was last asked. */
  #toldTo = -1;

  constructor(
    private readonly database: DataSource,
    private readonly bus: Bus,
    private readonly tail: FeedTail,
    nudges: PlannerNudges,
    private readonly installation: string,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.#loop = new Loop({ everyMs: POLL_MS, onFailure, turn: () => this.#turn() });
    this.#off = nudges.on('numbered', () => this.#loop.nudge());
  }

  /** Leaves it to another planner at once. */
  async close(): Promise<void> {
    this.#off();
    await this.#loop.close();
    await rowsOf(
      this.database.manager,
      'UPDATE planner.feed_cursor SET owner = NULL, leased_until = now() WHERE owner = $1 RETURNING 1',
      [this.#me],
      // A database that is away must not keep the planner from stopping: the lease passes by itself.
    ).catch(this.onFailure);
  }

  /** One batch; true if there may be more. */
  async #turn(): Promise<boolean> {
    // Who has come so far may have lost the lease meanwhile, but nobody else had anything to tell.
    if (!this.tail.hasAfter(this.#toldTo)) return false;
    const lease = await this.#leased();
    if (lease === null) return false;
    const { events, last } = await this.#next(lease.last);
    if (last === undefined) return false;
    // A process that stood still in between may have lost its lease without noticing.
    if (performance.now() - lease.since > OWN_MS_MAX) {
      this.#lease = null;
      return true;
    }
    if (!(await this.#tell(events.map((event) => this.#routed(event))))) return false;
    const since = performance.now();
    // Until it is known whether it has moved: if the answer is lost it is asked for, or all this would be told again for nothing.
    this.#lease = null;
    const moved = await rowsOf(
      this.database.manager,
      `UPDATE planner.feed_cursor SET last = $2, leased_until = now() + interval '${LEASE_SECONDS} seconds'
       WHERE name = 'exchange' AND owner = $1 AND last < $2 RETURNING 1`,
      [this.#me, last],
    );
    this.#lease = moved.length > 0 ? { since, last } : null;
    if (this.#lease !== null) this.#toldTo = last;
    return true;
  }

  /** The lease, asked for unless it is young; null while it is another planner's. */
  async #leased(): Promise<FeedLease | null> {
    const since = performance.now();
    if (this.#lease !== null && since - this.#lease.since < LEASED_MS) return this.#lease;
    const cursor = await rowOf<{ last: string; is_mine: boolean }>(
      this.database.manager,
      `WITH mine AS (
         UPDATE planner.feed_cursor SET owner = $1, leased_until = now() + interval '${LEASE_SECONDS} seconds'
         WHERE name = 'exchange' AND (owner = $1 OR owner IS NULL OR leased_until < now()) RETURNING last)
       SELECT last, true AS is_mine FROM mine
       UNION ALL SELECT last, false FROM planner.feed_cursor WHERE name = 'exchange' AND NOT EXISTS (SELECT FROM mine)`,
      [this.#me],
    );
    this.#toldTo = Number(cursor?.last ?? -1);
    this.#lease = cursor?.is_mine === true ? { since, last: this.#toldTo } : null;
    return this.#lease;
  }

  /** What follows a number, and up to which; nothing if nothing does. */
  async #next(after: number): Promise<{ readonly events: readonly ToTell[]; readonly last?: number }> {
    const found = await this.tail.next(after);
    if (found === 'none') return { events: [] };
    if (found === 'far') {
      const events = await readEveryFeed(this.database.manager, after, BATCH_MAX);
      return {
        events: events.map((event) => ({ event: { ...event, subject: { ...event.subject } }, isSmall: false })),
        last: events.at(-1)?.number,
      };
    }
    const events = found.events.filter(({ number }) => number > after);
    return {
      events: events.map(({ project, text }) => {
        const { subject, ...event } = JSON.parse(text) as FeedEvent;
        return { event: { project, ...event, subject: { ...subject } }, isSmall: text.length < SMALL_CHARS };
      }),
      last: found.upTo,
    };
  }

  /** True if the cursor may go on. */
  async #tell(messages: readonly RoutedMessage[]): Promise<boolean> {
    try {
      await this.bus.publishAll(FEED_EXCHANGE, messages);
      this.#refusals = 0;
      return true;
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      if (error.failure !== 'refused') {
        // The broker is away: it is told again from the same number.
        if (error.failure !== 'disconnected' && error.failure !== 'closed') this.onFailure(error);
        return false;
      }
      this.#refusals += 1;
      if (this.#refusals < REFUSALS_MAX) return false;
      this.onFailure(new Error(`a queue at ${FEED_EXCHANGE.name} refuses events; it is left out`, { cause: error }));
      this.#refusals = 0;
      return true;
    }
  }

  #routed({ event, isSmall }: ToTell): RoutedMessage {
    const id = uuidOf(`${this.installation} event ${event.number}`);
    const whole = makeEnvelope(feedEvent, event, id);
    const fits = isSmall || Buffer.byteLength(JSON.stringify(whole)) <= MESSAGE_BYTES_MAX;
    const message = fits ? whole : makeEnvelope(feedEvent, { ...event, data: {}, cut: true }, id);
    return { message, routingKey: feedRoutingKey(event.project, event.type) };
  }
}
