import type { GraphTask } from '@muster/model';
import type { ControlDeployment } from '@muster/protocol';
import { D, ExecutorBed, TASK } from './executor-bed.testing';

const wait: GraphTask = { ...TASK, task: 'gate@n1', definition: 'gate', type: 'wait-for', parameters: { event: 'go' } };
const after: GraphTask = { ...TASK, requires: ['gate@n1'] };

const control = (verb: ControlDeployment['verb'], more: Partial<ControlDeployment> = {}) => ({
  id: `${verb} ${more.event ?? ''}`,
  body: { deployment: D, verb, who: 'w', why: null, ...more },
});
const ends = (bed: ExecutorBed) =>
  bed.events.flatMap((event) => (event.type === 'attempt-ended' ? [[event.task, event.result.kind]] : []));
const isOver = (bed: ExecutorBed) => () =>
  bed.events.some((event) => event.type === 'state-changed' && ['succeeded', 'cancelled'].includes(event.state));

describe('a task that waits for an event', () => {
  it('holds no connection to its node, and ends when the event is signalled', async () => {
    const bed = new ExecutorBed([wait, after]);
    await bed.until(() => bed.has('attempt-started'));
    await bed.clock.move(60_000);
    expect(bed.prepared).toBe(0);
    bed.inbox = [control('signal', { event: 'other' }), control('signal', { event: 'go' })];
    await bed.until(() => bed.started.length === 1);
    expect(ends(bed)).toEqual([['gate@n1', 'exited']]);
    expect(bed.prepared).toBe(1);
  });

  it('costs two hundred times nothing: no connection, and no timer of its own', async () => {
    const waits = Array.from({ length: 200 }, (_, at) => `gate@n${String(at).padStart(3, '0')}`);
    const many = new ExecutorBed(waits.map((task) => ({ ...wait, task, node: task.slice(5) })));
    const one = new ExecutorBed([wait]);
    for (const [bed, count] of [[many, 200] as const, [one, 1] as const]) {
      await bed.until(() => bed.events.filter(({ type }) => type === 'attempt-started').length === count);
      await bed.clock.move(60_000);
      expect(bed.prepared).toBe(0);
    }
    expect([many.clock.waiting, many.clock.timers]).toEqual([one.clock.waiting, one.clock.timers]);
    many.inbox = [control('signal', { event: 'go' })];
    await many.until(isOver(many));
    expect(ends(many)).toHaveLength(200);
  });

  it('may be on no node: a gate', async () => {
    const gate: GraphTask = { ...wait, task: 'gate@sync', node: 'sync' };
    const bed = new ExecutorBed([gate, { ...TASK, requires: ['gate@sync'] }]);
    await bed.until(() => bed.has('attempt-started'));
    await bed.clock.move(60_000);
    expect(bed.started).toEqual([]);
    bed.inbox = [control('signal', { event: 'go' })];
    await bed.until(() => bed.started.length === 1);
    expect(ends(bed)).toEqual([['gate@sync', 'exited']]);
  });

  it('does not wait for what was signalled before it started', async () => {
    const early: GraphTask = { ...TASK, task: 'a@n1' };
    const bed = new ExecutorBed([early, { ...wait, requires: ['a@n1'] }]);
    await bed.until(() => bed.started.length === 1);
    bed.inbox = [control('signal', { event: 'go' })];
    await bed.until(() => bed.has('control'));
    bed.ended(1, 0);
    await bed.until(isOver(bed));
    expect(ends(bed)).toContainEqual(['gate@n1', 'exited']);
  });

  it('waits on after a takeover, without a connection', async () => {
    const bed = new ExecutorBed([wait, after]);
    await bed.until(() => bed.has('attempt-started'));
    bed.isFree = true;
    await bed.until(() => bed.epoch === 2);
    bed.inbox = [control('signal', { event: 'go' })];
    await bed.until(() => bed.started.length === 1);
    expect(ends(bed)).toEqual([['gate@n1', 'exited']]);
  });

  it('is cancelled at once, and said to be so', async () => {
    const bed = new ExecutorBed([wait, after]);
    await bed.until(() => bed.has('attempt-started'));
    bed.inbox = [control('cancel')];
    await bed.until(isOver(bed));
    expect(ends(bed)).toEqual([['gate@n1', 'cancelled']]);
    expect(bed.prepared).toBe(0);
  });
});
