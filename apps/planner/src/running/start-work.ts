import { tellRefusals } from '../audit/tell-refusals';
import { FeedPublisher } from '../feed/feed-publisher';
import { FeedSequencer } from '../feed/feed-sequencer';
import { OutgoingRelay } from '../outgoing/outgoing-relay';
import { checkNodes } from '../nodes/check-nodes';
import { NodeInspections } from '../nodes/inspect-nodes';
import type { NodeCareConfig } from '../planner-config';
import { WebhookDeliverer } from '../webhooks/deliver-webhooks';
import type { PlannerRuntime } from '../planner.module';
import { keepHouse } from './housekeeping';
import { Lookout } from './lookout';
import { advanceTransactions } from '../transactions/advance-loop';
import { followSilentDeployments } from '../transactions/silent-deployments';

const INSPECT_BACKOFF_MS = 5000;

/** Everything that runs beside requests and messages. */
export interface PlannerWork {
  close(): Promise<void>;
}

/** Starts to send what is stored, to number the feed and to go on with transactions. */
export function startWork(
  runtime: PlannerRuntime,
  nodes: NodeCareConfig,
  onFailure: (error: unknown) => void,
): PlannerWork {
  const { database, bus, nudges, logger } = runtime;
  const loops = [
    new Lookout(database, nudges, runtime.tail, onFailure),
    new FeedSequencer(database, nudges, runtime.tail, onFailure),
    new FeedPublisher(database, bus, runtime.tail, nudges, runtime.installation, onFailure),
    new WebhookDeliverer(runtime, onFailure),
    new OutgoingRelay(database, bus, nudges, runtime.artifacts, runtime.tracing, onFailure),
    advanceTransactions(runtime, nudges, onFailure),
    followSilentDeployments({ database, bus, nudges }, logger, onFailure),
    keepHouse(database, runtime.artifacts, runtime.retention, onFailure),
    new NodeInspections(runtime, onFailure, nodes.inspectBackoffMs ?? INSPECT_BACKOFF_MS),
    ...((nodes.checkEveryMs ?? 0) > 0 ? [checkNodes(runtime, nodes.checkEveryMs ?? 0, onFailure)] : []),
    tellRefusals(database, runtime.refusals, onFailure),
  ];
  return { close: async () => void (await Promise.all(loops.map((each) => each.close()))) };
}
