import { apply, initialState, whyWaiting, type WaitingReason } from '@muster/scheduling';
import { ExecutorBed, graphOf, TASK } from '../executor-bed.testing';
import type { AttachAnswer } from '../ports/node-port';

const MINUTE_MS = 60_000;
const LOGIN_REFUSED = { kind: 'refused', code: 'NODE_LOGIN_REFUSED', detail: 'the system is booting' } as const;

/** A deployment whose attempt runs, taken over by an executor to which the node says `attached`. */
async function takenOver(attached: AttachAnswer): Promise<ExecutorBed> {
  const bed = new ExecutorBed();
  await bed.until(() => bed.started.length === 1);
  bed.attached = attached;
  bed.isFree = true;
  await bed.until(() => bed.asked > 0);
  return bed;
}

function why(bed: ExecutorBed): WaitingReason | undefined {
  const state = initialState(graphOf([TASK]));
  for (const event of bed.events) apply(state, event);
  return whyWaiting(state, TASK.task)?.reasons[0];
}

function end(bed: ExecutorBed): unknown {
  const event = bed.events.find(({ type }) => type === 'attempt-ended');
  return event?.type === 'attempt-ended' ? event.result : null;
}

describe('an attempt for which its node does not answer', () => {
  it('is asked about again while the refusal may pass, and followed once it has', async () => {
    const bed = await takenOver(LOGIN_REFUSED);
    await bed.until(() => bed.asked > 1 && why(bed)?.text.includes('NODE_LOGIN_REFUSED') === true);
    expect(why(bed)).toMatchObject({ code: 'running', text: expect.stringContaining('the system is booting') });
    await bed.clock.move(4 * MINUTE_MS);
    expect(end(bed)).toBeNull();
    bed.attached = { kind: 'running' };
    await bed.until(() => why(bed)?.text === 'attempt 1 runs');
    bed.ended(1, 0);
    await bed.until(() => bed.events.some((event) => event.type === 'state-changed' && event.state === 'succeeded'));
    expect(bed.started).toHaveLength(1);
  });

  it('is lost after five minutes of refusals, and waits for a person', async () => {
    const bed = await takenOver(LOGIN_REFUSED);
    await bed.clock.move(5 * MINUTE_MS + 20_000);
    await bed.until(() => bed.has('task-held'));
    expect(end(bed)).toEqual({
      kind: 'lost',
      detail: 'the node does not answer for it (NODE_LOGIN_REFUSED): the system is booting',
    });
    expect(bed.started).toHaveLength(1);
  });

  it('is lost at once where a refusal stays', async () => {
    const bed = await takenOver({ kind: 'refused', code: 'NODE_HOST_KEY_CHANGED', detail: 'another key' });
    await bed.until(() => bed.has('task-held'));
    expect([end(bed), bed.asked]).toEqual([expect.objectContaining({ kind: 'lost' }), 1]);
  });

  it('is asked about until its timeout while the node cannot be reached', async () => {
    const bed = await takenOver({ kind: 'unreachable', detail: 'no route' });
    await bed.clock.move(9 * MINUTE_MS);
    expect([end(bed), why(bed)?.text]).toEqual([null, expect.stringContaining('no route')]);
  });
});
