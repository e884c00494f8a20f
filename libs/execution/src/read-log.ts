import type { DeploymentEvent } from '@muster/model';
import type { DeploymentStore } from './ports/deployment-store';

/** Of a log of hundreds of thousands, no more than this is in memory at once. */
const PAGE = 2000;

/** Where it is stored does not answer, which says nothing about what is stored. */
export class NotReadNow extends Error {}

/** Stored events after `from` up to `to`, in order, page by page. Fails with `NotReadNow`. */
export async function* readLog(
  store: Pick<DeploymentStore, 'events'>,
  deployment: string,
  from: number,
  to: number,
): AsyncGenerator<readonly DeploymentEvent[]> {
  for (let last = from; last < to;) {
    const events = await store.events(deployment, last + 1, Math.min(to, last + PAGE)).catch((cause: unknown) => {
      throw new NotReadNow(`events of ${deployment} cannot be read`, { cause });
    });
    if (events.length === 0) throw new NotReadNow(`the store has no event ${last + 1} of ${deployment}`);
    yield events;
    last = events.at(-1)?.seq ?? to;
  }
}
