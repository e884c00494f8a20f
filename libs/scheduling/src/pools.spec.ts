import type { AttemptResult, DeploymentEvent, GraphTask, TaskGraph } from '@muster/model';
import { decide, record } from './decide';
import { initialState, taskStateOf, type DeploymentState } from './deployment-state';
import { poolNeeds } from './pools';
import { whyWaiting } from './why-waiting';
import { graphTask } from './graph-task.testing';

const ok: AttemptResult = { kind: 'exited', code: 0, sizes: { stdout: 0, stderr: 0 } };

const task = (address: string, over: Partial<GraphTask> = {}): GraphTask =>
  graphTask(address, [], { limits: ['pool:p'], ...over });

class Run {
  readonly state: DeploymentState;

  constructor(tasks: readonly GraphTask[], limits: TaskGraph['limits'] = { 'pool:p': 2 }) {
    const graph = { graphType: 'default', cluster: 'c', tasks, barriers: [], faultTolerance: [], limits, master: null };
    this.state = initialState(graph, { leasesPools: true });
    this.fact({ type: 'accepted' });
  }

  fact(body: Parameters<typeof record>[1]): readonly DeploymentEvent[] {
    record(this.state, body, 0);
    return decide(this.state, 0);
  }

  end(address: string): void {
    this.fact({ type: 'attempt-ended', task: address, attempt: 1, result: ok });
  }

  get running(): string[] {
    return this.state.graph.addresses.filter((_, index) => taskStateOf(this.state, index) === 'running');
  }

  get need(): object | undefined {
    return poolNeeds(this.state)[0];
  }
}

describe('a pool', () => {
  it('lets nothing start before a slot of it is leased, and each slot is for one use', () => {
    const run = new Run([task('a@1'), task('a@2'), task('a@3')]);
    expect(run.running).toEqual([]);
    expect(run.need).toEqual({ pool: 'p', leased: 0, idle: 0, wanted: 2 });
    run.fact({ type: 'pool-leased', pool: 'p', slots: 1 });
    expect(run.running).toEqual(['a@1']);
    expect(run.need).toEqual({ pool: 'p', leased: 1, idle: 0, wanted: 2 });
    run.end('a@1');
    expect(run.running).toEqual([]);
    expect(run.need).toEqual({ pool: 'p', leased: 0, idle: 0, wanted: 2 });
    run.fact({ type: 'pool-leased', pool: 'p', slots: 2 });
    expect(run.running).toEqual(['a@2', 'a@3']);
    expect(run.need).toEqual({ pool: 'p', leased: 2, idle: 0, wanted: 0 });
  });

  it('lets its node do something else meanwhile, and is not asked for what waits for the node', () => {
    const run = new Run([
      task('a@1'),
      task('b@1', { limits: [] }),
      task('c@1', { limits: ['pool:p'], requires: ['b@1'] }),
    ]);
    expect(run.running).toEqual(['b@1']);
    expect(run.need).toMatchObject({ wanted: 0 });
    run.end('b@1');
    expect(run.need).toMatchObject({ wanted: 2 });
  });

  it('gets back what nobody uses', () => {
    const run = new Run([task('a@1'), task('a@2')]);
    run.fact({ type: 'control', command: 'x', verb: 'pause', who: 'w', why: null });
    expect(run.need).toMatchObject({ wanted: 0 });
    run.fact({ type: 'pool-leased', pool: 'p', slots: 2 });
    expect(run.need).toMatchObject({ leased: 2, idle: 2 });
    run.fact({ type: 'pool-returned', pool: 'p', slots: 2 });
    expect(run.need).toMatchObject({ leased: 0, idle: 0 });
    expect(run.running).toEqual([]);
  });

  it('is held from the first to the last task of a section', () => {
    const own = { section: 's', limits: [] };
    const run = new Run([task('a@1', { ...own, limits: ['pool:p'] }), task('b@1', { ...own, requires: ['a@1'] })]);
    run.fact({ type: 'pool-leased', pool: 'p', slots: 1 });
    run.end('a@1');
    expect(run.running).toEqual(['b@1']);
    expect(run.need).toEqual({ pool: 'p', leased: 1, idle: 0, wanted: 0 });
    run.end('b@1');
    expect(run.need).toEqual({ pool: 'p', leased: 0, idle: 0, wanted: 0 });
  });

  it('is not made larger by a change of limits, and is a reason to wait', () => {
    const run = new Run([task('a@1')]);
    run.fact({
      type: 'control',
      command: 'x',
      verb: 'set-limit',
      who: 'w',
      why: null,
      limit: { key: 'pool:p', amount: 9 },
    });
    expect(run.running).toEqual([]);
    expect(whyWaiting(run.state, 'a@1')?.reasons).toMatchObject([
      {
        code: 'limit-full',
        text: expect.stringContaining('waits for a slot of the pool p, which other deployments share'),
      },
    ]);
  });

  it('is a limit like any other where nothing is leased', () => {
    const graph = { graphType: 'default', cluster: 'c', barriers: [], faultTolerance: [], master: null };
    const state = initialState({ ...graph, tasks: [task('a@1'), task('a@2'), task('a@3')], limits: { 'pool:p': 2 } });
    record(state, { type: 'accepted' }, 0);
    decide(state, 0);
    expect(state.open.size).toBe(2);
    expect(poolNeeds(state)).toEqual([]);
  });
});
