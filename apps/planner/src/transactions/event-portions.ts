import type { DeploymentEvent } from '@muster/model';
import { ROWS_AT_ONCE } from '../database/sql';

/** About how many rows an event changes. */
function weightOf(event: DeploymentEvent): number {
  return isOfMany(event) ? Math.max(1, event.tasks.length) : 1;
}

type OfMany = Extract<DeploymentEvent, { readonly type: 'tasks-ended' | 'tasks-reopened' | 'carried-over' }>;

function isOfMany(event: DeploymentEvent): event is OfMany {
  return event.type === 'tasks-ended' || event.type === 'tasks-reopened' || event.type === 'carried-over';
}

/** True if they are one portion. */
export function isOnePortion(events: readonly DeploymentEvent[]): boolean {
  return events.reduce((sum, event) => sum + weightOf(event), 0) <= ROWS_AT_ONCE;
}

/**
 * Events in portions, each of which changes some thousands of rows at most, so that what is made of a portion has been written
 * before the next is looked at: one event may be about 100,000 tasks. It becomes several of its number, each about some of them.
 */
export function* portionsOf(events: readonly DeploymentEvent[]): Generator<readonly DeploymentEvent[]> {
  let portion: DeploymentEvent[] = [];
  let room = ROWS_AT_ONCE;
  for (const event of events) {
    for (const part of isOfMany(event) ? partsOf(event) : [event]) {
      const weight = weightOf(part);
      if (weight > room) {
        yield portion;
        portion = [];
        room = ROWS_AT_ONCE;
      }
      portion.push(part);
      room -= weight;
    }
  }
  if (portion.length > 0) yield portion;
}

function* partsOf(event: OfMany): Generator<DeploymentEvent> {
  const { length } = event.tasks;
  if (length <= ROWS_AT_ONCE) {
    yield event;
    return;
  }
  for (let from = 0; from < length; from += ROWS_AT_ONCE) {
    const to = from + ROWS_AT_ONCE;
    // `slice` of a union of lists has no common type.
    yield { ...event, tasks: event.tasks.slice(from, to) } as DeploymentEvent;
  }
}
