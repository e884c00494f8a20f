import { EVENTS_QUEUE, OUTPUT_QUEUE, type TaskOutputMessage } from '@muster/protocol';
import { FeedSequencer } from '../feed/feed-sequencer';
import type { PlannerMetrics } from '../health/planner-metrics';
import { OutgoingRelay } from '../outgoing/outgoing-relay';
import { storeOutput } from '../output/store-output';
import type { PlannerRuntime } from '../planner.module';
import { keepHouse } from '../running/housekeeping';
import { advanceTransactions } from '../transactions/advance-loop';
import { EventIntake } from '../transactions/event-intake';
import { Batcher } from './batcher';
import { handleEvents, handleOutput } from './handle-messages';
import { followSilentDeployments } from './silent-deployments';

/** Messages in hand at once; those of one deployment still go one after another. */
const EVENTS_PREFETCH = 50;
const OUTPUT_PREFETCH = 100;

/** Everything that runs beside requests. */
export interface PlannerWork {
  /** Receives no more messages; those in hand are handled. */
  stopTaking(): Promise<void>;
  close(): Promise<void>;
}

/** Starts to receive, to send what is stored, to number the feed and to go on with transactions. */
export async function startWork(
  runtime: PlannerRuntime,
  metrics: PlannerMetrics,
  onFailure: (error: unknown) => void,
): Promise<PlannerWork> {
  const { database, bus, nudges, logger } = runtime;
  const intake = new EventIntake({ database, bus, nudges });
  const output = new Batcher<TaskOutputMessage>(OUTPUT_PREFETCH, async (chunks) => {
    for (const deployment of await storeOutput(database.manager, chunks)) nudges.nudge(`output:${deployment}`);
  });
  const subscriptions = await Promise.all([
    bus.consume(
      EVENTS_QUEUE,
      async (delivery) => metrics.judged(EVENTS_QUEUE.name, await handleEvents(intake, delivery.content)),
      { prefetch: EVENTS_PREFETCH },
    ),
    bus.consume(
      OUTPUT_QUEUE,
      async (delivery) => metrics.judged(OUTPUT_QUEUE.name, await handleOutput(output, delivery.content)),
      { prefetch: OUTPUT_PREFETCH },
    ),
  ]);
  const loops = [
    new FeedSequencer(database, nudges, onFailure),
    new OutgoingRelay(database, bus, nudges, onFailure),
    advanceTransactions(runtime, nudges, onFailure),
    followSilentDeployments({ database, bus, nudges }, logger, onFailure),
    keepHouse(database, onFailure),
  ];
  return {
    stopTaking: async () => void (await Promise.all(subscriptions.map((each) => each.close()))),
    close: async () => void (await Promise.all(loops.map((each) => each.close()))),
  };
}
