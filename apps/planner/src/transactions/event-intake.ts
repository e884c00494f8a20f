import type { DeploymentEvent } from '@muster/model';
import type { DeploymentEventsMessage } from '@muster/protocol';
import { type EventParts, type Taken, takeEvents } from './take-events';

/** Applied in one database transaction at most; a larger one would hold the row too long. */
const EVENTS_AT_ONCE = 5000;

interface Waiting {
  readonly message: DeploymentEventsMessage;
  readonly resolve: (taken: Taken) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Takes messages of events one deployment at a time, different deployments beside each other. What arrives for a
 * deployment while it is written is written together afterwards, so a flood costs few transactions.
 */
export class EventIntake {
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(private readonly parts: EventParts) {}

  take(message: DeploymentEventsMessage): Promise<Taken> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { message, resolve, reject };
      const queue = this.#waiting.get(message.deployment);
      if (queue !== undefined) return void queue.push(waiting);
      this.#waiting.set(message.deployment, [waiting]);
      void this.#drain(message.deployment);
    });
  }

  async #drain(deployment: string): Promise<void> {
    const queue = this.#waiting.get(deployment) ?? [];
    while (queue.length > 0) {
      const { together, events } = takeRun(queue);
      const executor = together[0]?.message.executor ?? '';
      await takeEvents(this.parts, { deployment, executor, events }).then(
        (taken) => together.forEach((each) => each.resolve(taken)),
        (error: unknown) => together.forEach((each) => each.reject(error)),
      );
    }
    // No await between the last check and this: nothing can have come in between.
    this.#waiting.delete(deployment);
  }
}

/** Removes from the queue the messages that make one run without a gap. */
function takeRun(queue: Waiting[]): { readonly together: Waiting[]; readonly events: DeploymentEvent[] } {
  const together: Waiting[] = [];
  const events: DeploymentEvent[] = [];
  for (let next = queue[0]; next !== undefined && events.length < EVENTS_AT_ONCE; next = queue[0]) {
    const last = events.at(-1)?.seq;
    const first = next.message.events[0]?.seq ?? 0;
    if (last !== undefined && first > last + 1) break;
    events.push(...next.message.events.filter((event) => last === undefined || event.seq > last));
    together.push(next);
    queue.shift();
  }
  return { together, events };
}
