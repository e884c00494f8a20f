import type { DeploymentEvent } from '@muster/model';
import { ProblemsError } from '@muster/problems';
import { type DeploymentEventsMessage, eventsReply, readEvents } from '@muster/protocol';
import type { Bus } from '@muster/messaging';
import type { DataSource } from 'typeorm';
import { askExecutors, unavailable } from '../executors/ask-executors';
import type { PlannerNudges } from '../running/planner-nudges';
import { isRun } from './event-run';
import { type Applied, applyEvents, applyPlainRuns, type EventRun } from './apply-events';

/** As many as a message of events may hold, and a reply can. */
const EVENTS_AT_ONCE = 500;

export interface EventParts {
  readonly database: DataSource;
  readonly bus: Bus;
  readonly nudges: PlannerNudges;
}

/** What became of a message of events. `later`: what it misses could not be asked for now. */
export type Taken =
  { readonly kind: 'done' } | { readonly kind: 'later'; readonly reason: string } | { readonly kind: 'unknown' };

/** Applies a message of events; what is missing before it is asked for first, outside any lock. */
export async function takeEvents(parts: EventParts, { deployment, events }: DeploymentEventsMessage): Promise<Taken> {
  for (let filled = 0; ;) {
    const applied = await apply(parts, deployment, events);
    if (applied.kind === 'unknown') return { kind: 'unknown' };
    if (applied.kind === 'applied') return { kind: 'done' };
    const from = applied.from;
    if (from <= filled)
      return { kind: 'later', reason: `event ${from} of deployment ${deployment} is missing and was not told` };
    filled = from;
    try {
      await fill(parts, deployment, from, applied.to);
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      return {
        kind: 'later',
        reason: `events ${from} to ${applied.to} of deployment ${deployment} cannot be asked for: ${error.message}`,
      };
    }
  }
}

/**
 * Applies plain runs of several deployments in one database transaction; tells which are done. The others are to be taken
 * alone, also all of them after a failure: one must not hold up the rest.
 */
export async function takePlainRuns(
  { database, nudges }: EventParts,
  runs: readonly EventRun[],
): Promise<ReadonlySet<string>> {
  const answers = await database.transaction((manager) => applyPlainRuns(manager, runs));
  const done = [...answers].flatMap(([deployment, { kind }]) => (kind === 'applied' ? [deployment] : []));
  if (done.length > 0) nudges.nudge('recorded');
  for (const deployment of done) nudges.nudge(`output:${deployment}`);
  return new Set(done);
}

/** Asks for what a silent deployment has not told, and applies it. Tells how many events there were. */
export async function catchUp(parts: EventParts, deployment: string, lastSeq: number): Promise<number> {
  const events = await ask(parts.bus, deployment, lastSeq + 1, lastSeq + EVENTS_AT_ONCE);
  if (events.length > 0) await apply(parts, deployment, events);
  return events.length;
}

async function fill(parts: EventParts, deployment: string, from: number, to: number): Promise<void> {
  for (let next = from; next <= to;) {
    const events = await ask(parts.bus, deployment, next, Math.min(to, next + EVENTS_AT_ONCE - 1));
    if (events.length === 0) return;
    await apply(parts, deployment, events);
    next = (events.at(-1)?.seq ?? to) + 1;
  }
}

async function ask(bus: Bus, deployment: string, from: number, to: number): Promise<readonly DeploymentEvent[]> {
  const { events } = await askExecutors(bus, readEvents, { deployment, from, to }, eventsReply);
  if (isRun(events) && (events.length === 0 || events[0]?.seq === from)) return events;
  throw unavailable(readEvents.schema, `An executor answered with other events than ${from} to ${to}.`);
}

async function apply(
  { database, nudges }: EventParts,
  deployment: string,
  events: readonly DeploymentEvent[],
): Promise<Applied> {
  const applied = await database.transaction((manager) => applyEvents(manager, deployment, events));
  if (applied.kind === 'applied') {
    nudges.nudge('recorded');
    nudges.nudge(`output:${deployment}`);
    if (applied.advance) nudges.nudge('advance');
  }
  return applied;
}
