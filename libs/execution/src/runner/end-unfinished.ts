import type { DeploymentEvent, DeploymentEventBody } from '@muster/model';
import type { OwnedDeployment } from '../ports/deployment-store';
import { controlFact } from './control-fact';
import type { RunnerContext } from './runner-context';

/**
 * Ends a deployment that cannot be carried on, with the reason as its last decision, so that no other owner tries the
 * same. What it claimed stays claimed: nobody knows what runs there. Never fails: what cannot be stored now is tried by
 * the next owner, once the lease has passed. `storedSeq` is the number of the last stored event.
 */
export async function endUnfinished(
  context: RunnerContext,
  { deployment, epoch, published }: OwnedDeployment,
  storedSeq: number,
  text: string,
): Promise<void> {
  const { store, executor, clock, log, relay } = context;
  const bodies: DeploymentEventBody[] = [{ type: 'state-changed', state: 'failed', text }];
  const read: string[] = [];
  try {
    for (;;) {
      const events = bodies.map((body, index): DeploymentEvent => ({
        ...body,
        seq: storedSeq + 1 + index,
        at: clock.now(),
      }));
      const answer = await store.append(executor, deployment, epoch, events, read, { status: 'failed', free: false });
      if (answer === 'stored') relay.offer(deployment, published, events);
      if (answer === 'stored' || answer === 'fenced') return;
      for (const command of answer.unread) {
        bodies.push(controlFact(command, true));
        read.push(command.id);
      }
    }
  } catch (error) {
    log.error({ deployment, err: error }, 'could not record that the deployment is stopped');
  }
}
