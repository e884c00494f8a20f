import type { GraphTask, TaskGraph } from '@muster/model';
import { decide, record } from './decide';
import { initialState, type DeploymentState } from './deployment-state';
import { whyWaiting } from './why-waiting';
import { graphTask as task } from './graph-task.testing';

const SIZES = { stdout: 0, stderr: 0 };

/** A deployment that was accepted at 1000; each fact is told 100 ms after the last. */
class Told {
  readonly state: DeploymentState;
  #now = 1000;

  constructor(tasks: readonly GraphTask[], over: Partial<TaskGraph> = {}) {
    const none = { barriers: [], faultTolerance: [], limits: {}, master: null };
    this.state = initialState({ graphType: 'default', cluster: 'c', tasks, ...none, ...over });
    this.tell({ type: 'accepted' });
  }

  tell(body: Parameters<typeof record>[1]): this {
    record(this.state, body, this.#now);
    decide(this.state, this.#now);
    this.#now += 100;
    return this;
  }

  exit(address: string, code: number): this {
    return this.tell({
      type: 'attempt-ended',
      task: address,
      attempt: 1,
      result: { kind: 'exited', code, sizes: SIZES },
    });
  }

  why(address: string): unknown[] {
    return (whyWaiting(this.state, address)?.reasons ?? []).map(({ code, text, since, until, holders }) => [
      ...[code, text, since, ...(until === undefined ? [] : [until])],
      ...holders,
    ]);
  }
}

describe('why a task does not run', () => {
  it('names the node, with what it is busy and since when, and the place in its queue', () => {
    const told = new Told([task('a@n1'), task('b@n1'), task('c@n1')]);
    expect(told.why('b@n1')).toEqual([['node-busy', 'node n1 runs a@n1, place 1 of 2 in the queue', 1000, 'a@n1']]);
    expect(told.why('c@n1')).toEqual([['node-busy', 'node n1 runs a@n1, place 2 of 2 in the queue', 1000, 'a@n1']]);
  });

  it('names every limit, its holders, since when it is full, and the place in its queue', () => {
    const limited = (name: string) => task(name, [], { limits: ['db', 'web'] });
    const told = new Told([limited('a@n1'), limited('b@n2'), limited('c@n3')], { limits: { db: 1, web: 1 } });
    expect(told.why('c@n3')).toEqual([
      ['limit-full', 'limit db is full: 1 of 1, place 2 of 2 in the queue', 1000, 'a@n1'],
      ['limit-full', 'limit web is full: 1 of 1, place 2 of 2 in the queue', 1000, 'a@n1'],
    ]);
  });

  it('says all reasons of a task at once: what it requires and how that stands, its node, and who paused', () => {
    const told = new Told([task('a@n1'), task('b@n2', [], { onFailure: 'pause' }), task('c@n1', ['a@n1', 'b@n2'])]);
    told.exit('b@n2', 1);
    expect(told.why('c@n1')).toEqual([
      ['dependency', 'requires a@n1, which is running', null, 'a@n1'],
      ['dependency', 'requires b@n2, which is ready and waits for a person', null, 'b@n2'],
      ['node-busy', 'node n1 runs a@n1', 1000, 'a@n1'],
      ['paused', expect.stringContaining('waits for a person'), 1100],
    ]);
    const paused = new Told([task('a@n1'), task('b@n1')]);
    paused.tell({ type: 'control', command: 'x', verb: 'pause', who: 'ann', why: 'lunch' });
    expect(paused.why('b@n1')[1]).toEqual(['paused', 'paused by ann: lunch', 1100]);
  });

  it('says when the next attempt starts, and that a tolerance was passed or somebody drains', () => {
    const retried = task('a@n1', [], { retries: { count: 1, delayMs: 5000, backoff: 1 } });
    const told = new Told([retried, task('b@n2', ['a@n1'])]);
    told.exit('a@n1', 1);
    expect(told.why('a@n1')).toEqual([
      ['retry-delay', 'attempt 2 starts after a delay; `muster retry` starts it now', null, 6100],
    ]);
    expect(told.why('b@n2')).toEqual([['dependency', 'requires a@n1, which waits for its next attempt', null, 'a@n1']]);
    const faultTolerance = [{ name: 'web', nodes: ['n1', 'n2'], tolerated: 0 }];
    const stopped = new Told([task('a@n1'), task('b@n3'), task('c@n3')], { faultTolerance });
    stopped.exit('a@n1', 1);
    expect(stopped.why('c@n3')[1]).toEqual([
      'stopping',
      'fault tolerance of web exceeded: 1 failed, 0 tolerated',
      1100,
    ]);
    const drained = new Told([task('b@n3'), task('c@n3')]);
    drained.tell({ type: 'control', command: 'x', verb: 'drain', who: 'ann', why: null });
    expect(drained.why('c@n3')[1]).toEqual(['stopping', 'drained by ann', 1100]);
  });

  it('names no more than what is in the way: a bridge waits for order alone, an anchor for what is not tolerated', () => {
    const faultTolerance = [{ name: 'web', nodes: ['n1', 'n2'], tolerated: 1 }];
    const bridge = task('b@n1', ['a@n1'], { action: 'skip' });
    const anchor = task('s@sync', ['a@n2', 'c@n3'], { type: 'stage', action: 'skip' });
    const told = new Told([task('a@n1'), task('a@n2'), bridge, task('c@n3'), anchor], { faultTolerance });
    told.exit('a@n2', 1);
    expect(told.why('b@n1')).toEqual([['dependency', 'requires a@n1, which is running', null, 'a@n1']]);
    expect(told.why('s@sync')).toEqual([['dependency', 'requires c@n3, which is running', null, 'c@n3']]);
  });

  it('says of an event that is awaited how it comes', () => {
    const gate = task('gate@n1', [], { type: 'wait-for', parameters: { event: 'go' } });
    const told = new Told([gate, task('a@n1', ['gate@n1'])]);
    expect(told.why('gate@n1')).toEqual([
      ['running', 'attempt 1 waits for the event go; `muster signal` sends it', 1000],
    ]);
  });

  it('says that nobody has accepted the deployment', () => {
    const state = initialState({
      ...{ graphType: 'default', cluster: 'c', tasks: [task('a@n1')], barriers: [], faultTolerance: [], limits: {} },
      master: null,
    });
    expect(whyWaiting(state, 'a@n1')?.reasons.map(({ code }) => code)).toContain('not-accepted');
    expect(whyWaiting(state, 'none@n1')).toBeNull();
  });
});
