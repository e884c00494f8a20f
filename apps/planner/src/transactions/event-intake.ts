import type { DeploymentEvent } from '@muster/model';
import type { DeploymentEventsMessage } from '@muster/protocol';
import { isPlain } from './apply-events';
import { type EventParts, type Taken, takeEvents, takePlainRuns } from './take-events';

/** Applied in one database transaction at most; a larger one would hold the rows too long. */
const EVENTS_AT_ONCE = 5000;
/** Between the beginnings of two of them, while less than that waits: each costs some ten statements, however many events. */
const GATHER_MS = 50;

interface Waiting {
  readonly message: DeploymentEventsMessage;
  readonly resolve: (taken: Taken) => void;
  readonly reject: (error: unknown) => void;
}

interface Run {
  readonly deployment: string;
  readonly together: readonly Waiting[];
  readonly events: readonly DeploymentEvent[];
}

/**
 * Takes messages of events, those of one deployment in their order. What arrives while others are written is written
 * together afterwards, of whichever deployments, so a flood costs few transactions. What touches more than its own
 * deployment, or cannot be applied at once, goes alone beside them.
 */
export class EventIntake {
  readonly #waiting = new Map<string, Waiting[]>();
  /** Deployments of which a run is being taken alone. */
  readonly #alone = new Set<string>();
  #running = false;

  constructor(private readonly parts: EventParts) {}

  take(message: DeploymentEventsMessage): Promise<Taken> {
    return new Promise((resolve, reject) => {
      const queue = this.#waiting.get(message.deployment) ?? [];
      this.#waiting.set(message.deployment, queue);
      queue.push({ message, resolve, reject });
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    // Lets the deliveries that are being handed over at this moment join.
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (let runs = this.#next(); runs.length > 0; runs = this.#next()) {
      const begun = performance.now();
      await this.#takeTogether(runs.filter(({ deployment }) => !this.#alone.has(deployment)));
      const early = begun + GATHER_MS - performance.now();
      if (early > 0 && runs.reduce((sum, { events }) => sum + events.length, 0) < EVENTS_AT_ONCE)
        await new Promise<void>((resolve) => setTimeout(resolve, early));
    }
    // No await between the last look and this: nothing can have come in between.
    this.#running = false;
  }

  /** What waits, a run of each deployment; what is not plain is on its way when this returns. */
  #next(): readonly Run[] {
    const runs: Run[] = [];
    let room = EVENTS_AT_ONCE;
    for (const [deployment, queue] of this.#waiting) {
      if (room <= 0) break;
      if (this.#alone.has(deployment)) continue;
      const run = { deployment, ...takeRun(queue, room) };
      if (queue.length === 0) this.#waiting.delete(deployment);
      room -= run.events.length;
      runs.push(run);
      if (!isPlain(run.events)) void this.#takeAlone(run);
    }
    return runs;
  }

  async #takeTogether(runs: readonly Run[]): Promise<void> {
    if (runs.length === 0) return;
    // A failure is anybody's: each finds out alone.
    const done = await takePlainRuns(this.parts, runs).catch(() => new Set<string>());
    for (const run of runs) {
      if (done.has(run.deployment)) run.together.forEach((each) => each.resolve({ kind: 'done' }));
      else void this.#takeAlone(run);
    }
  }

  async #takeAlone({ deployment, together, events }: Run): Promise<void> {
    this.#alone.add(deployment);
    const executor = together[0]?.message.executor ?? '';
    await takeEvents(this.parts, { deployment, executor, events: [...events] }).then(
      (taken) => together.forEach((each) => each.resolve(taken)),
      (error: unknown) => together.forEach((each) => each.reject(error)),
    );
    this.#alone.delete(deployment);
    if (this.#waiting.has(deployment)) this.#wake();
  }
}

/** Removes from the queue the messages that make one run without a gap, about as many events as there is room for. */
function takeRun(queue: Waiting[], room: number): { readonly together: Waiting[]; readonly events: DeploymentEvent[] } {
  const together: Waiting[] = [];
  const events: DeploymentEvent[] = [];
  for (let next = queue[0]; next !== undefined && events.length < room; next = queue[0]) {
    const last = events.at(-1)?.seq;
    const first = next.message.events[0]?.seq ?? 0;
    if (last !== undefined && first > last + 1) break;
    events.push(...next.message.events.filter((event) => last === undefined || event.seq > last));
    together.push(next);
    queue.shift();
  }
  return { together, events };
}
