import type { AttemptResult, DeploymentEvent, GraphTask, TaskGraph } from '@muster/model';
import { apply } from './apply';
import { carriedFrom, type CarriedOver } from './carry-over';
import { controlFaults } from './control-faults';
import { decide, record } from './decide';
import { initialState, taskStateOf, type DeploymentState } from './deployment-state';
import { graphTask as task } from './graph-task.testing';
import { whyWaiting } from './why-waiting';

const exited = (code: number): AttemptResult => ({ kind: 'exited', code, sizes: { stdout: 0, stderr: 0 } });

function graph(tasks: readonly GraphTask[], over: Partial<TaskGraph> = {}): TaskGraph {
  const rest = { graphType: 'default', cluster: 'c', barriers: [], faultTolerance: [], limits: {}, master: null };
  return { ...rest, tasks, ...over };
}

class Run {
  readonly state: DeploymentState;
  readonly log: DeploymentEvent[] = [];

  constructor(readonly of: TaskGraph) {
    this.state = initialState(of);
  }

  begin(carried: CarriedOver | null = null): this {
    this.log.push(record(this.state, { type: 'accepted' }, 1));
    if (carried) this.log.push(record(this.state, { type: 'carried-over', ...carried }, 1));
    this.log.push(...decide(this.state, 1));
    return this;
  }

  fact(body: Parameters<typeof record>[1]): void {
    this.log.push(record(this.state, body, 2), ...decide(this.state, 2));
  }

  end(address: string, code = 0): void {
    const attempt = this.state.attempts[this.state.graph.indexOf.get(address) ?? 0] ?? 0;
    this.fact({ type: 'attempt-ended', task: address, attempt, result: exited(code) });
  }

  retry(...tasks: string[]): void {
    const command = `retry${this.log.length}`;
    this.fact({
      type: 'control',
      command,
      verb: 'retry',
      who: 'ann',
      why: null,
      ...(tasks.length > 0 ? { tasks } : {}),
    });
  }

  get states(): Record<string, string> {
    return Object.fromEntries(this.of.tasks.map(({ task: each }, index) => [each, taskStateOf(this.state, index)]));
  }

  attempts(address: string): number | undefined {
    return this.state.attempts[this.state.graph.indexOf.get(address) ?? -1];
  }

  /** Another owner reads the same from the log. */
  replayed(): Run {
    const other = new Run(this.of);
    for (const event of this.log) apply(other.state, event);
    other.log.push(...this.log);
    return other;
  }
}

const chain = graph([
  task('a@1'),
  task('b@1', ['a@1']),
  task('c@2', ['a@1']),
  task('d@2', ['c@2']),
  task('e@3'),
  task('f@3', ['e@3']),
]);

describe('a retry while the deployment runs', () => {
  it('does a failed task again, and what it kept from running', () => {
    const run = new Run(chain).begin();
    run.end('a@1', 7);
    expect(run.states).toMatchObject({ 'a@1': 'failed', 'b@1': 'blocked', 'c@2': 'blocked', 'd@2': 'blocked' });
    run.retry('a@1');
    expect(run.states).toMatchObject({ 'a@1': 'running', 'b@1': 'waiting', 'c@2': 'waiting', 'd@2': 'waiting' });
    expect(run.attempts('a@1')).toBe(2);
    const next = run.replayed();
    expect(next.states).toEqual(run.states);
    for (const each of ['a@1', 'b@1', 'c@2', 'd@2', 'e@3', 'f@3']) next.end(each);
    expect(next.state.status).toBe('succeeded');
  });

  it('is about all that failed where it names none', () => {
    const run = new Run(chain).begin();
    run.end('a@1', 7);
    run.retry();
    expect(run.states).toMatchObject({ 'a@1': 'running', 'b@1': 'waiting' });
  });

  it('leaves blocked what something else blocks as well, and names that', () => {
    const two = graph([task('a@1'), task('b@2'), task('c@3', ['a@1', 'b@2']), task('d@4')]);
    const run = new Run(two).begin();
    run.end('a@1', 1);
    run.end('b@2', 1);
    run.retry('a@1');
    expect(run.states).toMatchObject({ 'a@1': 'running', 'b@2': 'failed', 'c@3': 'blocked' });
    expect(run.state.endCause.get(2)?.culprit).toBe('b@2');
    run.retry('b@2');
    run.end('b@2');
    run.end('a@1');
    run.end('c@3');
    run.end('d@4');
    expect(run.state.status).toBe('succeeded');
  });

  it('crosses barriers again', () => {
    const wide = graph([task('a@1'), task('b@2'), task('c@3', ['barrier:1']), task('d@4')], {
      barriers: [{ id: 'barrier:1', requires: ['a@1', 'b@2'] }],
    });
    const run = new Run(wide).begin();
    run.end('b@2');
    run.end('a@1', 1);
    expect(run.states['c@3']).toBe('blocked');
    run.retry('a@1');
    expect(run.states['c@3']).toBe('waiting');
    run.end('a@1');
    expect(run.states['c@3']).toBe('running');
  });

  it('takes the failed node out of its fault-tolerance group', () => {
    const two = graph([task('a@1'), task('b@2'), task('c@3')], {
      faultTolerance: [{ name: 'g', nodes: ['1', '2'], tolerated: 1 }],
    });
    const run = new Run(two).begin();
    run.end('a@1', 1);
    run.retry('a@1');
    run.end('b@2', 1);
    expect(run.state.status).toBe('running');
    run.end('a@1', 1);
    expect(run.state.status).toBe('draining');
  });

  it('counts retries of the task anew', () => {
    const run = new Run(
      graph([task('a@1', [], { retries: { count: 1, delayMs: 0, backoff: 1 } }), task('b@2')]),
    ).begin();
    run.end('a@1', 1);
    run.end('a@1', 1);
    expect(run.states['a@1']).toBe('failed');
    run.retry('a@1');
    run.end('a@1', 1);
    expect(run.states['a@1']).toBe('running');
    expect(run.attempts('a@1')).toBe(4);
  });

  describe('of a task that waits to be tried again by itself', () => {
    const waiting = (tasks: readonly GraphTask[] = [task('b@2')]) => {
      const retries = { count: 2, delayMs: 600_000, backoff: 1 };
      const run = new Run(graph([task('a@1', [], { retries }), ...tasks])).begin();
      run.end('a@1', 1);
      expect(whyWaiting(run.state, 'a@1')?.reasons[0]).toMatchObject({
        code: 'retry-delay',
        until: 600_002,
        text: 'attempt 2 starts after a delay; `muster retry` starts it now',
      });
      return run;
    };

    it.each([[['a@1']], [[]]])('ends its delay: %j', (named) => {
      const run = waiting();
      run.retry(...named);
      expect([run.states['a@1'], run.attempts('a@1')]).toEqual(['running', 2]);
      expect(run.log.filter(({ type }) => type === 'retry-due')).toHaveLength(1);
      expect(run.replayed().states).toEqual(run.states);
    });

    it('leaves its count of retries as it was', () => {
      const run = waiting();
      run.retry('a@1');
      run.end('a@1', 1);
      expect(run.states['a@1']).toBe('ready');
      run.retry('a@1');
      run.end('a@1', 1);
      expect(run.states['a@1']).toBe('failed');
    });

    it('has the delay that was set before ring for nothing', () => {
      const run = waiting();
      run.retry('a@1');
      run.end('a@1', 0);
      run.log.push(...decide(run.state, 700_000));
      expect(run.attempts('a@1')).toBe(2);
    });

    it('starts it once nothing else is in its way', () => {
      const run = waiting([task('b@1')]);
      run.fact({ type: 'control', command: 'p', verb: 'pause', who: 'ann', why: null });
      run.retry();
      expect(run.states['a@1']).toBe('ready');
      expect(whyWaiting(run.state, 'a@1')?.reasons.map(({ code }) => code)).not.toContain('retry-delay');
      run.end('b@1');
      run.fact({ type: 'control', command: 'r', verb: 'resume', who: 'ann', why: null });
      expect(run.states['a@1']).toBe('running');
    });
  });

  it('is judged by what it would do now', () => {
    const retries = { count: 1, delayMs: 60_000, backoff: 1 };
    const run = new Run(
      graph([task('a@1', [], { retries }), task('b@2'), task('c@3', ['b@2']), task('d@4', ['b@2']), task('e@5')]),
    ).begin();
    const faults = (...tasks: string[]) =>
      controlFaults(run.state, 'retry', tasks.length > 0 ? tasks : undefined).map(
        ({ task: about, summary }) => `${about}: ${summary}`,
      );
    expect(faults()).toEqual([expect.stringMatching(/^null: No task of it has failed/)]);
    expect(faults('b@2', 'c@3', 'zz@1')).toEqual([
      expect.stringMatching(/^b@2: It is running/),
      expect.stringMatching(/^c@3: It is waiting/),
      'zz@1: The running graph has no such task.',
    ]);
    run.end('a@1', 1);
    expect([faults(), faults('a@1')]).toEqual([[], []]);
    run.retry('a@1');
    run.end('a@1');
    run.end('b@2', 1);
    expect([faults(), faults('b@2', 'c@3')]).toEqual([[], []]);
    expect(faults('a@1')).toEqual(['a@1: It has ended (succeeded), so retry does nothing any more.']);
    run.fact({ type: 'control', command: 'd', verb: 'drain', who: 'ann', why: null });
    expect(faults('b@2')).toEqual([expect.stringMatching(/^null: It is ending \(drained by ann\)/)]);
  });

  it('leaves alone what succeeded, and everything once it is being stopped', () => {
    const run = new Run(chain).begin();
    run.end('e@3');
    run.retry('e@3');
    expect(run.states['e@3']).toBe('succeeded');
    run.fact({ type: 'control', command: 'd', verb: 'drain', who: 'ann', why: null });
    run.end('a@1', 1);
    run.retry('a@1');
    expect(run.states['a@1']).toBe('failed');
  });
});

describe('work of the cluster that was tried, and waits again after a retry', () => {
  it('has failed if a drain comes before its turn', () => {
    const run = new Run(
      graph([task('x@1'), task('g@sync', ['x@1'], { type: 'stage' }), task('e@3')], {
        faultTolerance: [{ name: 'g', nodes: ['1'], tolerated: 1 }],
      }),
    ).begin();
    run.end('x@1', 7);
    run.end('g@sync', 7);
    expect(run.states).toMatchObject({ 'x@1': 'failed', 'g@sync': 'failed', 'e@3': 'running' });
    run.fact({ type: 'control', command: 'p', verb: 'pause', who: 'ann', why: null });
    run.retry();
    expect(run.states).toMatchObject({ 'x@1': 'ready', 'g@sync': 'waiting' });
    run.fact({ type: 'control', command: 'd', verb: 'drain', who: 'ann', why: null });
    run.end('e@3');
    expect(run.states).toMatchObject({ 'x@1': 'failed', 'g@sync': 'failed', 'e@3': 'succeeded' });
    expect(run.state.status).toBe('stopped');
    expect(run.replayed().states).toEqual(run.states);
  });
});

describe('a further run', () => {
  const ended = () => {
    const run = new Run(chain).begin();
    run.end('e@3');
    run.end('f@3', 3);
    run.end('a@1', 7);
    expect(run.state.status).toBe('failed');
    return run;
  };

  it('does what failed or never ran, keeps what succeeded, and counts attempts on', () => {
    const carried = carriedFrom(ended().state, null);
    expect(carried.tasks.map(({ task: each, attempts, end = null }) => [each, attempts, end])).toEqual([
      ['a@1', 1, null],
      ['b@1', 0, null],
      ['c@2', 0, null],
      ['d@2', 0, null],
      ['e@3', 1, 'succeeded'],
      ['f@3', 1, null],
    ]);
    const run = new Run(chain).begin(carried);
    expect(run.states).toEqual({
      ...{ 'a@1': 'running', 'b@1': 'waiting', 'c@2': 'waiting', 'd@2': 'waiting' },
      ...{ 'e@3': 'succeeded', 'f@3': 'running' },
    });
    expect(run.attempts('f@3')).toBe(2);
    for (const each of ['f@3', 'a@1', 'b@1', 'c@2', 'd@2']) run.end(each);
    expect(run.state.status).toBe('succeeded');
    expect(run.replayed().states).toEqual(run.states);
  });

  it('of chosen tasks leaves the others as they ended, and is no greener than they are', () => {
    const run = new Run(chain).begin(carriedFrom(ended().state, ['a@1']));
    expect(run.states).toMatchObject({ 'a@1': 'running', 'e@3': 'succeeded', 'f@3': 'failed', 'd@2': 'waiting' });
    for (const each of ['a@1', 'b@1', 'c@2', 'd@2']) run.end(each);
    expect(run.state.status).toBe('failed');
  });

  it('keeps what an operator skipped, and says so in its outcome', () => {
    const first = new Run(chain).begin();
    first.fact({ type: 'control', command: 's', verb: 'skip', who: 'ann', why: null, tasks: ['f@3'] });
    first.end('e@3');
    first.end('a@1', 7);
    const run = new Run(chain).begin(carriedFrom(first.state, null));
    expect(run.states['f@3']).toBe('skipped');
    for (const each of ['a@1', 'b@1', 'c@2', 'd@2']) run.end(each);
    expect(run.state.status).toBe('succeeded-with-skips');
  });

  it('has a section that was begun hold its slots from the start', () => {
    const sections = graph(
      [
        task('a@1', [], { section: 's', limits: ['l'] }),
        task('a@2', [], { section: 's', limits: ['l'] }),
        task('b@1', ['a@1', 'z@3'], { section: 's' }),
        task('z@3'),
      ],
      { limits: { l: 1 } },
    );
    const first = new Run(sections).begin();
    first.end('a@1');
    first.end('z@3', 1);
    expect(first.states).toMatchObject({ 'b@1': 'blocked', 'a@2': 'not-run' });
    const run = new Run(sections).begin(carriedFrom(first.state, null));
    expect(run.states).toMatchObject({ 'a@1': 'succeeded', 'b@1': 'waiting', 'a@2': 'ready' });
    run.end('z@3');
    run.end('b@1');
    run.end('a@2');
    expect(run.state.status).toBe('succeeded');
  });
});
