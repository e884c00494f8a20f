import { DONE, type Handled, park, retryLater } from '@muster/messaging';
import { deploymentEvents, readMessage, taskOutput, type TaskOutputMessage } from '@muster/protocol';
import { isRun } from '../transactions/event-run';
import type { EventIntake } from '../transactions/event-intake';
import type { Batcher } from './batcher';

/** States: applied in order, once. What can never be applied is parked, and the service stays up. */
export async function handleEvents(intake: EventIntake, content: unknown): Promise<Handled> {
  const read = readMessage(deploymentEvents, content);
  if (!read.ok) return { verdict: park(read.reason) };
  if (!isRun(read.body.events)) return { verdict: park('its events have a gap') };
  const taken = await intake.take(read.body);
  switch (taken.kind) {
    case 'done':
      return { verdict: DONE };
    case 'later':
      return { verdict: retryLater(taken.reason) };
    case 'unknown':
      return { verdict: park(`deployment ${read.body.deployment} is not known here`) };
  }
}

/** Output: kept as it comes. */
export async function handleOutput(batcher: Batcher<TaskOutputMessage>, content: unknown): Promise<Handled> {
  const read = readMessage(taskOutput, content);
  if (!read.ok) return { verdict: park(read.reason) };
  await batcher.add(read.body);
  return { verdict: DONE };
}
