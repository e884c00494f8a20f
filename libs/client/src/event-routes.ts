import type { Connection } from './connection';
import type { FeedEvent, Page } from './dto';
import { follow, type FollowOptions } from './event-stream';
import { path } from './path';

export interface EventFilter {
  /** Events after this number; absent: from the first. */
  readonly after?: number;
  readonly transaction?: string;
  /** Its transactions and their tasks included. */
  readonly cluster?: string;
  /** `transaction.ended`, or `task.*` for all of a noun; several with commas between. */
  readonly kind?: string;
}

export class EventRoutes {
  constructor(private readonly connection: Connection) {}

  /** One page of what has happened. */
  page(filter: EventFilter & { readonly limit?: number } = {}): Promise<Page<FeedEvent>> {
    return this.connection.json('GET', path('events'), { query: { ...filter } });
  }

  /** What has happened since, then what happens, across lost connections; ends only when aborted or refused. */
  async *follow(filter: EventFilter = {}, options: FollowOptions = {}): AsyncGenerator<FeedEvent> {
    const resume = filter.after === undefined ? {} : { lastEventId: String(filter.after) };
    for await (const event of follow(this.connection, path('events'), { ...filter }, { ...resume, ...options })) {
      yield JSON.parse(event.data) as FeedEvent;
    }
  }
}
