import type { DataSource } from 'typeorm';
import { rowsOf } from '../database/sql';
import { eventText } from '../http/event-stream';
import type { FeedEvent } from './feed-event';
import { type FeedFilter, lastFeedNumber } from './read-feed';

/** Events of one read. */
const BATCH_MAX = 500;
/** How far behind the newest number a reader may be, to be served from memory. */
const KEPT_EVENTS_MAX = 10_000;
const KEPT_CHARS_MAX = 32 * 1024 * 1024;

interface TailRow {
  readonly project: string;
  readonly number: string;
  readonly seconds: number;
  readonly type: FeedEvent['type'];
  readonly transaction_id: string | null;
  readonly cluster: string | null;
  readonly subject: string;
  readonly data: string;
}

/** An event of any project, with the JSON that readers get. */
export interface TailEvent {
  readonly project: string;
  readonly number: number;
  readonly type: FeedEvent['type'];
  readonly transaction: string | null;
  readonly cluster: string | null;
  /** JSON of a `FeedEvent`. */
  readonly text: string;
}

/** What is in memory about the numbers after `after` up to `upTo`. */
export class TailBatch {
  readonly chars: number;
  readonly #streams = new Map<string, Buffer>();

  constructor(
    readonly after: number,
    readonly upTo: number,
    readonly events: readonly TailEvent[],
  ) {
    this.chars = events.reduce((sum, { text }) => sum + text.length, 0);
  }

  /**
   * What a reader who has everything up to `after` gets as a stream; empty: nothing that it wants. Made once for all readers
   * that want the same.
   */
  stream(after: number, filter: FeedFilter): Buffer {
    const make = (): Buffer => Buffer.from(this.#streamText(after, filter));
    if (after > this.after) return make();
    const key = JSON.stringify([filter.project, filter.transaction, filter.cluster, filter.kinds]);
    const known = this.#streams.get(key) ?? make();
    this.#streams.set(key, known);
    return known;
  }

  #streamText(after: number, filter: FeedFilter): string {
    return this.events
      .filter((event) => event.number > after && isWanted(event, filter))
      .map(({ number, text }) => eventText(String(number), text))
      .join('');
  }
}

/**
 * The newest events, in memory: whoever follows the feed at this planner gets them from here, so that each costs one
 * read and one rendering however many readers there are. Reads nothing while nobody asks.
 */
export class FeedTail {
  #batches: TailBatch[] = [];
  #events = 0;
  #chars = 0;
  #last = 0;
  #reading: Promise<void> | null = null;

  constructor(private readonly database: DataSource) {}

  /** To be told whenever it is known how far the feed has come; without it nobody sees anything new. True: it is news. */
  saw(last: number): boolean {
    if (last <= this.#last) return false;
    this.#last = last;
    return true;
  }

  /** Whether anything follows a number, as far as is known. */
  hasAfter(number: number): boolean {
    return number < this.#last;
  }

  /**
   * What follows a number: `none` if nothing does yet, `far` if it is too long ago to be here; then the database is to be
   * asked. A batch may begin before the number.
   */
  async next(after: number): Promise<TailBatch | 'none' | 'far'> {
    // The sequencer tells it within its first turn; whoever comes earlier finds it out.
    if (this.#last === 0) this.saw(await lastFeedNumber(this.database.manager));
    for (;;) {
      if (after >= this.#last) return 'none';
      if (after < this.#last - KEPT_EVENTS_MAX) return 'far';
      const found = this.#batches.find((batch) => batch.after <= after && after < batch.upTo);
      if (found !== undefined) return found;
      const first = this.#batches[0];
      if (first !== undefined && after < first.after && this.#end() >= this.#last - KEPT_EVENTS_MAX) return 'far';
      this.#reading ??= this.#read(after).finally(() => (this.#reading = null));
      await this.#reading;
    }
  }

  #end(): number {
    return this.#batches.at(-1)?.upTo ?? 0;
  }

  /** One batch after what is there; after `asked` if there is nothing, or what is there is of long ago. */
  async #read(asked: number): Promise<void> {
    if (this.#batches.length === 0 || this.#end() < this.#last - KEPT_EVENTS_MAX) {
      this.#batches = [];
      this.#events = this.#chars = 0;
    }
    const after = this.#batches.length === 0 ? asked : this.#end();
    const last = this.#last;
    const events = await readTail(this.database, after, last);
    const upTo = events.length < BATCH_MAX ? last : (events.at(-1)?.number ?? last);
    this.#keep(new TailBatch(after, upTo, events));
  }

  #keep(batch: TailBatch): void {
    this.#batches.push(batch);
    this.#events += batch.events.length;
    this.#chars += batch.chars;
    while (this.#batches.length > 1 && (this.#events > KEPT_EVENTS_MAX || this.#chars > KEPT_CHARS_MAX)) {
      const oldest = this.#batches.shift();
      this.#events -= oldest?.events.length ?? 0;
      this.#chars -= oldest?.chars ?? 0;
    }
  }
}

async function readTail(database: DataSource, after: number, upTo: number): Promise<readonly TailEvent[]> {
  const rows = await rowsOf<TailRow>(
    database.manager,
    // As texts: they are only passed on.
    `SELECT project, number, date_part('epoch', at) AS seconds, type, transaction_id, cluster, subject::text AS subject, data::text AS data
     FROM planner.feed_event WHERE number > $1 AND number <= $2 ORDER BY number LIMIT ${BATCH_MAX}`,
    [after, upTo],
  );
  return rows.map(({ project, number, seconds, type, transaction_id: transaction, cluster, subject, data }) => {
    // Microseconds are cut off; half of one is what the seconds may be too small by.
    const at = new Date(Math.floor(seconds * 1000 + 0.0005)).toISOString();
    const text = `{"number":${number},"at":"${at}","type":"${type}","subject":${subject},"data":${data}}`;
    return { project, number: Number(number), type, transaction, cluster, text };
  });
}

/** As the statement of `readFeed` says it. */
function isWanted({ project, transaction, cluster, type }: TailEvent, filter: FeedFilter): boolean {
  if (project !== filter.project) return false;
  if (filter.transaction !== null && transaction !== filter.transaction) return false;
  if (filter.cluster !== null && cluster !== filter.cluster) return false;
  return (
    filter.kinds === null ||
    filter.kinds.some((kind) => (kind.endsWith('.*') ? type.startsWith(kind.slice(0, -1)) : kind === type))
  );
}
