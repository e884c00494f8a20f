import type { DeploymentEvent } from '@muster/model';

/** True if the numbers follow one another without a gap, as the protocol promises of every message. */
export function isRun(events: readonly DeploymentEvent[]): boolean {
  return events.every((event, index) => event.seq === (events[0]?.seq ?? 0) + index);
}
