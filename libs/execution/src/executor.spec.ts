import type { ControlDeployment } from '@muster/protocol';
import { D, ExecutorBed } from './executor-bed.testing';

describe('an executor', () => {
  it('sleeps while its lease is not valid, and acts on what became due meanwhile once it is renewed', async () => {
    const bed = new ExecutorBed();
    await bed.until(() => bed.started.length === 1);
    bed.ended(1, 1);
    await bed.until(() => bed.has('retry-set'));
    bed.isStoreAway = true;
    await bed.clock.move(70_000);
    const before = bed.clock.timers;
    await bed.clock.move(30_000);
    // One for each of the ten ticks that ask for a renewal, and no more.
    expect(bed.clock.timers - before).toBeLessThanOrEqual(11);
    expect(bed.has('retry-due')).toBe(false);
    bed.isStoreAway = false;
    await bed.until(() => bed.started.length === 2);
  });

  it('goes on with a deployment that it has taken over from itself', async () => {
    const bed = new ExecutorBed();
    bed.slow = [];
    await bed.until(() => bed.slow?.length === 1);
    bed.isFree = true;
    await bed.until(() => bed.slow?.length === 2);
    // First to the runner of the epoch before, which is fenced when it says so.
    for (const answer of bed.slow.splice(0)) {
      answer();
      await bed.clock.move(1_000);
    }
    await bed.until(() => bed.started.length > 0);
    bed.ended(1, 0);
    await bed.until(() => bed.events.some((event) => event.type === 'state-changed' && event.state === 'succeeded'));
  });

  it('tells of a command that came with the end that it came too late', async () => {
    const bed = new ExecutorBed();
    await bed.until(() => bed.started.length === 1);
    const body: ControlDeployment = { deployment: D, verb: 'cancel', who: 'w', why: null };
    bed.unread = [{ id: 'late', body }];
    bed.ended(1, 0);
    await bed.until(() => bed.has('control'));
    expect(bed.events.slice(-2)).toMatchObject([
      { type: 'state-changed', state: 'succeeded' },
      { type: 'control', command: 'late', verb: 'cancel', tooLate: true },
    ]);
    expect(bed.events.map(({ seq }) => seq)).toEqual(bed.events.map((_, index) => index + 1));
  });
});
