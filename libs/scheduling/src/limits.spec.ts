import type { AttemptResult, DeploymentEvent, GraphTask, TaskGraph } from '@muster/model';
import { apply } from './apply';
import { decide, record } from './decide';
import { initialState, taskStateOf, type DeploymentState } from './deployment-state';
import { limitFault, limitsInUse } from './limits';
import { whyWaiting } from './why-waiting';
import { graphTask } from './graph-task.testing';

const done: AttemptResult = { kind: 'exited', code: 0, sizes: { stdout: 0, stderr: 0 } };

const task = (address: string, over: Partial<GraphTask> = {}): GraphTask => graphTask(address, [], over);

class Run {
  state: DeploymentState;
  readonly graph: TaskGraph;
  readonly log: DeploymentEvent[] = [];

  constructor(tasks: readonly GraphTask[], limits: TaskGraph['limits'] = {}) {
    const rest = { graphType: 'default', cluster: 'c', barriers: [], faultTolerance: [], master: null };
    this.graph = { ...rest, tasks, limits };
    this.state = initialState(this.graph);
    this.fact({ type: 'accepted' });
  }

  fact(body: Parameters<typeof record>[1]): void {
    this.log.push(record(this.state, body, 1), ...decide(this.state, 1));
  }

  set(key: string, amount: number): void {
    const command = `limit${this.log.length}`;
    this.fact({ type: 'control', command, verb: 'set-limit', who: 'ann', why: 'load', limit: { key, amount } });
  }

  end(address: string): void {
    this.fact({ type: 'attempt-ended', task: address, attempt: 1, result: done });
  }

  get running(): string[] {
    return this.graph.tasks
      .filter((_, index) => taskStateOf(this.state, index) === 'running')
      .map(({ task: it }) => it);
  }

  takenOver(): this {
    this.state = initialState(this.graph);
    for (const event of this.log) apply(this.state, event);
    return this;
  }

  used(key: string): readonly [number, number, readonly string[]] | null {
    const found = limitsInUse(this.state, this.graph.limits).find((each) => each.key === key);
    return found ? [found.used, found.amount, found.holders] : null;
  }
}

describe('a limit that is changed while it runs', () => {
  const four = () => ['1', '2', '3', '4'].map((node) => task(`a@${node}`, { limits: ['role:x'] }));

  it('starts more at once when it is raised, and nothing more until slots are free when it is lowered', () => {
    const run = new Run(four(), { 'role:x': 1 });
    expect(run.running).toEqual(['a@1']);
    run.set('role:x', 3);
    expect(run.running).toEqual(['a@1', 'a@2', 'a@3']);
    run.set('role:x', 1);
    run.end('a@1');
    run.end('a@2');
    expect(run.running).toEqual(['a@3']);
    run.end('a@3');
    expect(run.running).toEqual(['a@4']);
  });

  it('survives a takeover', () => {
    const run = new Run(four(), { 'role:x': 1 });
    run.set('role:x', 2);
    run.set('nodes', 3);
    run.takenOver();
    expect([run.used('role:x'), run.used('nodes')]).toEqual([
      [2, 2, ['a@2', 'a@1']],
      [2, 3, ['a@2', 'a@1']],
    ]);
    run.end('a@1');
    expect(run.running).toEqual(['a@2', 'a@3']);
  });

  it('may be one that the graph was planned without: who runs holds it', () => {
    const run = new Run(['1', '2', '3', '4'].map((node) => task(`a@${node}`)));
    run.set('nodes', 2);
    expect(run.used('nodes')).toEqual([4, 2, ['a@4', 'a@3', 'a@2', 'a@1']]);
    const more = new Run([
      task('a@1'),
      task('a@2'),
      task('b@1', { requires: ['a@1'] }),
      task('b@2', { requires: ['a@2'] }),
    ]);
    more.set('definition:b', 1);
    more.end('a@1');
    more.end('a@2');
    expect(more.running).toEqual(['b@1']);
    expect(whyWaiting(more.state, 'b@2')?.reasons[0]).toMatchObject({ code: 'limit-full', holders: ['b@1'] });
    more.end('b@1');
    expect(more.running).toEqual(['b@2']);
  });

  it('is held by sections that are open, once per node', () => {
    const run = new Run(
      [
        task('a@1', { section: 's', limits: ['role:x'] }),
        task('a@2', { section: 's', limits: ['role:x'] }),
        task('b@1', { section: 's', requires: ['a@1'] }),
        task('c@3'),
      ],
      { 'role:x': 1 },
    );
    run.set('nodes', 2);
    expect(run.used('nodes')).toEqual([2, 2, ['c@3', 'section s@1']]);
    run.end('a@1');
    run.end('b@1');
    expect(run.used('nodes')).toEqual([2, 2, ['c@3', 'section s@2']]);
  });

  it('is refused where the graph cannot have it, or sections would wait for ever', () => {
    const run = new Run(four(), { 'role:x': 1 });
    expect(limitFault(run.state, 'role:y', 2)).toMatch(/no limit role:y.*mean `role:x`/);
    expect(limitFault(run.state, 'definition:zz', 2)).toMatch(/no limit/);
    expect([limitFault(run.state, 'role:x', 1), limitFault(run.state, 'definition:a', 1)]).toEqual([null, null]);
    const waiting = new Run(
      [
        task('a@1', { section: 's' }),
        task('b@1', { section: 's', requires: ['a@1', 'c@2'] }),
        task('c@2', { requires: [] }),
      ],
      {},
    );
    expect(limitFault(waiting.state, 'nodes', 1)).toMatch(/wait for each other.*section s@1 holds nodes until/);
    expect(limitFault(waiting.state, 'nodes', 2)).toBeNull();
  });
});
