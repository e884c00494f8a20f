import type { DeploymentEvent } from '@muster/model';
import { pause, type Clock } from '../ports/clock';
import type { DeploymentStore } from '../ports/deployment-store';
import type { ExecutionLog, PublishEvents } from '../ports/publishing';

const BATCH_MAX = 500;
/** About how many characters a message holds, unless its first event alone has more. */
const CHARS_MAX = 600_000;
/** Kept in memory per deployment between storing and publishing; beyond that they are read from the store again. */
const KEPT_MAX = 2000;
const RETRY_MS = 1000;
/**
 * Between two messages of a deployment while fewer events wait than fill one, and none that somebody waits for: each costs the
 * planner a database transaction.
 */
const GATHER_MS = 200;

interface Road {
  published: number;
  /** Events without a gap, not necessarily from the next to be published on: what is missing before and after is in the store. */
  kept: DeploymentEvent[];
  /** Highest number known to be stored. */
  stored: number;
  running: Promise<void> | null;
  /** Its owner hands over more; otherwise the road goes when it is drained. */
  isOwned: boolean;
  /** Ends the gathering before its time; null while there is none. */
  hurry: (() => void) | null;
}

/**
 * Publishes stored events: the log itself is the outbox, a number per deployment says how far it has been published.
 * In order per deployment, again after failures for ever; the planner drops what it has.
 */
export class EventRelay {
  readonly #roads = new Map<string, Road>();
  #closed = false;

  constructor(
    private readonly executor: string,
    private readonly store: DeploymentStore,
    private readonly publish: PublishEvents,
    private readonly clock: Clock,
    private readonly log: ExecutionLog,
  ) {}

  /**
   * Hands over events just stored. `published` counts for a deployment that is new here: what lies between it and them,
   * stored by an owner before, is read from the store.
   */
  offer(deployment: string, published: number, events: readonly DeploymentEvent[]): void {
    const road = this.#road(deployment, published);
    road.isOwned = true;
    let isUrgent = false;
    for (const event of events) {
      if (event.seq <= road.stored) continue;
      road.stored = event.seq;
      isUrgent ||= event.type === 'state-changed' || event.type === 'control';
      const last = road.kept.at(-1);
      if (!last || (last.seq === event.seq - 1 && road.kept.length < KEPT_MAX)) road.kept.push(event);
    }
    if (isUrgent || road.kept.length >= BATCH_MAX) road.hurry?.();
    this.#run(deployment, road);
  }

  /** Publishes what the store holds of a deployment that nobody publishes. */
  sweep(deployment: string, published: number): void {
    const road = this.#road(deployment, published);
    road.stored = Math.max(road.stored, published + 1);
    this.#run(deployment, road);
  }

  /** The owner hands over no more: what is left is published, then the road is forgotten. */
  release(deployment: string): void {
    const road = this.#roads.get(deployment);
    if (!road) return;
    road.isOwned = false;
    if (!road.running) this.#roads.delete(deployment);
  }

  /** Settles when all that was handed over of a deployment is published, or the relay was closed. */
  async drained(deployment: string): Promise<void> {
    for (let road = this.#roads.get(deployment); road?.running; road = this.#roads.get(deployment)) await road.running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#roads.values()].map(async (road) => road.running));
  }

  #road(deployment: string, published: number): Road {
    const known = this.#roads.get(deployment);
    if (known) return known;
    const road: Road = { published, kept: [], stored: published, running: null, isOwned: false, hurry: null };
    this.#roads.set(deployment, road);
    return road;
  }

  #run(deployment: string, road: Road): void {
    if (road.running || this.#closed) return;
    road.running = this.#drain(deployment, road).finally(() => {
      road.running = null;
      if (road.published < road.stored) this.#run(deployment, road);
      else if (!road.isOwned) this.#roads.delete(deployment);
    });
  }

  async #drain(deployment: string, road: Road): Promise<void> {
    while (road.published < road.stored && !this.#closed) {
      try {
        const { batch, isFull } = await this.#next(deployment, road);
        const last = batch.at(-1);
        if (!last) {
          // Handed over means stored: then the store is asked again. A sweep has come to the end of the log.
          if (road.isOwned) throw new Error(`the store has no event ${road.published + 1}`);
          road.stored = road.published;
          return;
        }
        await this.publish({ deployment, executor: this.executor, events: [...batch] });
        await this.store.markPublished(deployment, last.seq);
        road.published = last.seq;
        // A sweep does not know where the log ends, so it goes on while there is more.
        road.stored = Math.max(road.stored, isFull && !road.isOwned ? last.seq + 1 : last.seq);
        road.kept = road.kept.filter((event) => event.seq > last.seq);
        if (!isFull) await this.#gather(road);
      } catch (error) {
        this.log.warn({ deployment, err: error }, 'events are not published yet; trying again');
        await pause(this.clock, RETRY_MS);
      }
    }
  }

  #gather(road: Road): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        road.hurry = null;
        resolve();
      };
      const cancel = this.clock.after(GATHER_MS, end);
      road.hurry = end;
    });
  }

  async #next(
    deployment: string,
    road: Road,
  ): Promise<{ readonly batch: readonly DeploymentEvent[]; readonly isFull: boolean }> {
    const events =
      road.kept[0]?.seq === road.published + 1
        ? road.kept.slice(0, BATCH_MAX)
        : await this.store.events(deployment, road.published + 1, road.published + BATCH_MAX);
    const batch = asManyAsFit(events);
    return { batch, isFull: batch.length === BATCH_MAX || batch.length < events.length };
  }
}

/** The first events, as many as one message has room for; one at least. */
function asManyAsFit(events: readonly DeploymentEvent[]): readonly DeploymentEvent[] {
  let chars = 0;
  const end = events.findIndex((event, index) => (chars += charsOf(event)) > CHARS_MAX && index > 0);
  return end < 0 ? events : events.slice(0, end);
}

/** Most events are small whatever they say; those that may not be are measured. */
function charsOf(event: DeploymentEvent): number {
  const mayBeLarge = event.type === 'carried-over' || event.type === 'attempt-ended' || 'tasks' in event;
  return mayBeLarge ? JSON.stringify(event).length : 200;
}
