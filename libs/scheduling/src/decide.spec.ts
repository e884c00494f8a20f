import type { AttemptResult, DeploymentEvent, GraphTask, TaskGraph } from '@muster/model';
import { decide, record } from './decide';
import { initialState, taskStateOf, type DeploymentState } from './deployment-state';
import { whyWaiting } from './why-waiting';
import { graphTask as task } from './graph-task.testing';

const exited = (code: number): AttemptResult => ({ kind: 'exited', code, sizes: { stdout: 0, stderr: 0 } });

/** A deployment on a clock that is moved by hand. */
class Run {
  readonly state: DeploymentState;
  readonly log: DeploymentEvent[] = [];
  now = 0;

  constructor(tasks: readonly GraphTask[], over: Partial<TaskGraph> = {}) {
    this.state = initialState({
      graphType: 'default',
      cluster: 'c',
      tasks,
      barriers: [],
      faultTolerance: [],
      limits: {},
      master: null,
      ...over,
    });
    this.fact({ type: 'accepted' });
  }

  fact(body: Parameters<typeof record>[1]): void {
    this.log.push(record(this.state, body, this.now), ...decide(this.state, this.now));
  }

  end(address: string, result: AttemptResult): void {
    const attempt = this.state.attempts[this.state.graph.indexOf.get(address) ?? 0] ?? 0;
    this.fact({ type: 'attempt-ended', task: address, attempt, result });
  }

  control(verb: 'pause' | 'resume' | 'skip' | 'retry' | 'cancel' | 'drain', tasks?: string[]): void {
    this.fact({
      type: 'control',
      command: `${verb}${this.log.length}`,
      verb,
      who: 'ann',
      why: null,
      ...(tasks ? { tasks } : {}),
    });
  }

  wait(ms: number): void {
    this.now += ms;
    this.log.push(...decide(this.state, this.now));
  }

  states(): Record<string, string> {
    return Object.fromEntries(
      this.state.graph.tasks.map(({ task: address }, index) => [address, taskStateOf(this.state, index)]),
    );
  }
}

describe('decide', () => {
  it('tries again after the delay, longer each time, and then fails', () => {
    const run = new Run([task('a@1', [], { retries: { count: 2, delayMs: 1000, backoff: 2 } })]);
    run.end('a@1', exited(1));
    run.wait(999);
    expect(run.states()).toEqual({ 'a@1': 'ready' });
    run.wait(1);
    run.end('a@1', exited(1));
    run.wait(1999);
    expect(run.states()).toEqual({ 'a@1': 'ready' });
    run.wait(1);
    run.end('a@1', exited(1));
    expect([run.states(), run.state.status]).toEqual([{ 'a@1': 'failed' }, 'failed']);
  });

  it.each([
    ['NODE_SAME_MACHINE', 'ready'],
    ['NODE_REQUIREMENT_MISSING', 'ready'],
    ['NODE_HOST_KEY_CHANGED', 'failed'],
    ['TASK_PARAMETERS', 'failed'],
  ])('tries again what was refused where that may pass: %s', (code, state) => {
    const run = new Run([task('a@1', [], { retries: { count: 1, delayMs: 1000, backoff: 1 } })]);
    run.end('a@1', { kind: 'refused', code, detail: 'no' });
    expect(run.states()).toEqual({ 'a@1': state });
  });

  it.each(['drain', 'tolerance'])('ends waits when it stops, since they do nothing: %s', (stop) => {
    const wait = { type: 'wait-for', parameters: { event: 'go' } } as const;
    const faultTolerance = [{ name: 'all', nodes: ['1', '2', '3'], tolerated: 0 }];
    const run = new Run([task('gate@1', [], wait), task('work@2'), task('bad@3'), task('then@1', ['gate@1'])], {
      faultTolerance,
    });
    if (stop === 'drain') run.control('drain');
    else run.end('bad@3', exited(1));
    expect(run.log.filter(({ type }) => type === 'attempt-cancelling')).toMatchObject([{ task: 'gate@1' }]);
    run.end('gate@1', { kind: 'cancelled', confirmed: true });
    expect(run.states()).toMatchObject({ 'gate@1': 'cancelled', 'work@2': 'running' });
    run.end('work@2', exited(0));
    if (stop === 'drain') run.end('bad@3', exited(0));
    expect([run.states()['then@1'], run.state.status]).toEqual(['not-run', 'stopped']);
  });

  it('was stopped also when a drain ended nothing but a wait', () => {
    const run = new Run([task('gate@1', [], { type: 'wait-for', parameters: { event: 'go' } })]);
    run.control('drain');
    run.end('gate@1', { kind: 'cancelled', confirmed: true });
    expect([run.states(), run.state.status]).toEqual([{ 'gate@1': 'cancelled' }, 'stopped']);
  });

  it('lets a cluster anchor pass when what failed is within a fault tolerance, and not otherwise', () => {
    const tasks = [
      task('a@1'),
      task('a@2'),
      task('b@2', ['s@sync']),
      task('s@sync', ['a@1', 'a@2'], { type: 'stage', action: 'skip' }),
    ];
    for (const [tolerated, anchor, outcome] of [
      [1, 'skipped', 'succeeded-with-failures'],
      [3, 'skipped', 'failed'],
      [0, 'blocked', 'stopped'],
    ] as const) {
      const run = new Run(tasks, { faultTolerance: [{ name: 'g', nodes: ['1', '2'], tolerated }] });
      run.end('a@1', exited(1));
      run.end('a@2', exited(0));
      if (tolerated > 0) run.end('b@2', exited(0));
      expect([run.states()['s@sync'], run.state.status]).toEqual([anchor, outcome]);
    }
  });

  it('holds a task whose failure is declared pause, until a person resumes or skips', () => {
    const run = new Run([task('a@1', [], { onFailure: 'pause' }), task('b@2', ['a@1'])]);
    run.end('a@1', exited(1));
    expect(run.state.status).toBe('paused');
    expect(whyWaiting(run.state, 'a@1')?.reasons.map(({ code }) => code)).toEqual(['held', 'paused']);
    run.control('resume');
    run.end('a@1', exited(1));
    run.control('skip', ['a@1']);
    run.control('resume');
    run.end('b@2', exited(0));
    expect(run.state.status).toBe('succeeded-with-skips');
  });

  it('runs a lost task again only if it is idempotent, and otherwise asks a person', () => {
    const run = new Run([task('a@1', [], { idempotent: true }), task('b@2')]);
    run.end('a@1', { kind: 'lost', detail: 'power' });
    expect(run.states()['a@1']).toBe('running');
    run.end('b@2', { kind: 'lost', detail: 'power' });
    expect([run.states()['b@2'], run.state.status]).toEqual(['lost', 'paused']);
    run.control('retry', ['b@2']);
    run.control('resume');
    expect(run.states()['b@2']).toBe('running');
  });

  it('runs all that wait for a person again when asked to without a name', () => {
    const run = new Run([task('a@1', [], { onFailure: 'pause' }), task('b@2'), task('c@3')]);
    run.end('a@1', exited(1));
    run.end('b@2', { kind: 'lost', detail: 'power' });
    run.control('retry');
    expect(run.states()).toMatchObject({ 'a@1': 'ready', 'b@2': 'ready', 'c@3': 'running' });
    run.control('resume');
    expect(run.states()).toMatchObject({ 'a@1': 'running', 'b@2': 'running' });
  });

  it('keeps the order through a task that is skipped while it waits', () => {
    const run = new Run([task('a@1'), task('b@2', ['a@1']), task('c@3', ['b@2'])]);
    run.control('skip', ['b@2']);
    expect(run.states()).toEqual({ 'a@1': 'running', 'b@2': 'waiting', 'c@3': 'waiting' });
    run.end('a@1', exited(0));
    expect(run.states()).toEqual({ 'a@1': 'succeeded', 'b@2': 'skipped', 'c@3': 'running' });
  });

  it('tells of a task that waits that it is to be skipped, by whom, and what came of it', () => {
    const run = new Run([task('a@1'), task('b@2', ['a@1'])]);
    run.control('skip', ['b@2']);
    const wish = () => whyWaiting(run.state, 'b@2')?.reasons.filter(({ code }) => code === 'skip-asked');
    const by = /as asked by \w+/;
    expect(wish()).toMatchObject([{ text: expect.stringMatching(/^to be skipped when its turn comes, as asked by /) }]);
    run.end('a@1', exited(0));
    expect([run.states()['b@2'], wish()]).toMatchObject(['skipped', [{ text: expect.stringMatching(by) }]]);
  });

  it('tells of a wish to skip that a drain or a cancel has made pointless', () => {
    for (const verb of ['drain', 'cancel'] as const) {
      const run = new Run([task('a@1'), task('b@2', ['a@1']), task('c@3', ['b@2'])]);
      run.control('skip', ['c@3']);
      run.control(verb);
      run.end('a@1', exited(0));
      expect(run.states()['c@3']).toBe('not-run');
      expect(whyWaiting(run.state, 'c@3')?.reasons.map(({ code, text }) => [code, text])).toContainEqual([
        'skip-asked',
        expect.stringMatching(/^it ended before the skip asked by /),
      ]);
    }
  });

  it('cancels what runs and says at once that the rest will not run', () => {
    const run = new Run([task('a@1'), task('b@1', ['a@1'])]);
    run.control('cancel');
    expect(run.log.at(-2)).toMatchObject({
      type: 'tasks-ended',
      tasks: ['b@1'],
      state: 'not-run',
      cause: { code: 'cancelled' },
    });
    run.end('a@1', { kind: 'cancelled', confirmed: true });
    expect([run.states(), run.state.status]).toEqual([{ 'a@1': 'cancelled', 'b@1': 'not-run' }, 'cancelled']);
  });

  /** The cause that each ended task was given. */
  const causes = (run: Run): Record<string, unknown> =>
    Object.fromEntries(
      run.log.flatMap((event) => (event.type === 'tasks-ended' ? event.tasks.map((each) => [each, event.cause]) : [])),
    );

  it.each([
    [
      'waits to be tried again',
      { retries: { count: 2, delayMs: 60_000, backoff: 1 } },
      exited(3),
      'exited with code 3',
    ],
    ['waits for a person', { onFailure: 'pause' as const }, exited(3), 'exited with code 3'],
    ['is lost', {}, { kind: 'lost', detail: 'power' } as const, 'lost: power'],
  ])('lets a task that %s keep its reason when a drain ends it', (_, over, result, reason) => {
    const run = new Run([task('a@1', [], over), task('b@2', ['a@1']), task('c@3')]);
    run.end('a@1', result);
    run.control('drain');
    run.end('c@3', exited(0));
    expect(causes(run)).toEqual({
      'a@1': { code: 'attempt', text: `${reason}; not tried again: drained by ann` },
      'b@2': { code: 'drained', text: 'drained by ann' },
      'c@3': undefined,
    });
    expect(run.log.at(-1)).toMatchObject({ state: 'stopped', text: 'drained by ann; 1 tasks failed, first a@1' });
  });

  describe('of a repeated task', () => {
    const repeated = () =>
      new Run([
        task('x.1@1', [], { onFailure: 'skip', repeatOf: 'x' }),
        task('x.2@1', ['x.1@1'], { onFailure: 'skip', repeatOf: 'x' }),
        task('x@1', ['x.2@1'], { onFailure: 'skip' }),
      ]);

    it.each([
      [[3, 3, 0], 'succeeded'],
      [[0, 0, 0], 'succeeded'],
      [[0, 0, 3], 'succeeded-with-skips'],
      [[3, 0, 3], 'succeeded-with-skips'],
    ])('runs that exit with %j are judged by the last: %s', (exits, outcome) => {
      const run = repeated();
      exits.forEach((code, at) => run.end(['x.1@1', 'x.2@1', 'x@1'][at] ?? '', exited(code)));
      expect(run.log.at(-1)).toMatchObject({ state: outcome });
    });

    it('a run that a person skips is a skip', () => {
      const run = repeated();
      run.control('pause');
      run.control('skip', ['x.2@1']);
      run.control('resume');
      run.end('x.1@1', exited(0));
      run.end('x@1', exited(0));
      expect(run.log.at(-1)).toMatchObject({ state: 'succeeded-with-skips' });
    });
  });

  it('lets a task keep its reason when another one fails on its node', () => {
    const run = new Run([task('a@1', [], { retries: { count: 1, delayMs: 60_000, backoff: 1 } }), task('b@1')]);
    run.end('a@1', exited(3));
    run.end('b@1', exited(4));
    expect(causes(run)['a@1']).toEqual({
      code: 'attempt',
      text: 'exited with code 3; not tried again: b@1 failed on its node',
    });
    expect(run.log.at(-1)).toMatchObject({ state: 'failed', text: '2 tasks failed, first a@1' });
  });

  it('does not try a lost task again, though asked to, where another one has failed on its node meanwhile', () => {
    const run = new Run([task('a@1'), task('b@1'), task('c@2')]);
    run.end('a@1', { kind: 'lost', detail: 'power' });
    run.control('resume');
    run.end('b@1', exited(1));
    run.control('retry', ['a@1']);
    expect(causes(run)['a@1']).toEqual({
      code: 'attempt',
      text: 'lost: power; not tried again: b@1 failed on its node',
    });
    run.end('c@2', exited(0));
    expect(run.log.at(-1)).toMatchObject({ state: 'failed', text: '2 tasks failed, first a@1' });
  });

  it('has failed, and is not stopped, when a drain kept nothing from running', () => {
    const run = new Run([task('a@1'), task('b@1', []), task('c@2')]);
    run.end('a@1', exited(3));
    run.control('drain');
    run.end('c@2', exited(0));
    expect([run.states(), run.state.status]).toEqual([
      { 'a@1': 'failed', 'b@1': 'not-run', 'c@2': 'succeeded' },
      'failed',
    ]);
  });

  describe('with a failure within a tolerance', () => {
    const group = (nodes: string[], tolerated: number) => ({ faultTolerance: [{ name: 'g', nodes, tolerated }] });

    it('has failed where that was a fatal validation, which blocks what follows on every node', () => {
      const tasks = [
        task('validation.v@1', [], { validation: 'fatal' }),
        task('validation.v@2', [], { validation: 'fatal' }),
        task('a@1', ['validation.v@1', 'validation.v@2']),
        task('a@2', ['validation.v@1', 'validation.v@2']),
      ];
      const run = new Run(tasks, group(['1', '2'], 1));
      run.end('validation.v@1', exited(1));
      run.end('validation.v@2', exited(0));
      expect(run.states()).toMatchObject({ 'a@1': 'blocked', 'a@2': 'blocked' });
      expect(run.log.at(-1)).toMatchObject({
        state: 'failed',
        text: '1 tasks failed, first validation.v@1; the fatal validation validation.v@1 failed',
      });
    });

    it('has failed where work of the cluster itself was blocked', () => {
      const run = new Run([task('a@1'), task('b@2', ['a@1']), task('s@sync', ['b@2']), task('c@3')], group(['1'], 1));
      run.end('a@1', exited(1));
      run.end('c@3', exited(0));
      expect(run.states()).toMatchObject({ 'b@2': 'blocked', 's@sync': 'blocked' });
      expect(run.log.at(-1)).toMatchObject({
        state: 'failed',
        text: '1 tasks failed, first a@1; s@sync of the cluster was blocked',
      });
    });

    it('has succeeded with failures where it was a task, and the cluster went on', () => {
      const run = new Run([task('a@1'), task('a@2'), task('s@sync', ['a@1', 'a@2'])], group(['1', '2'], 1));
      run.end('a@1', exited(1));
      run.end('a@2', exited(0));
      run.end('s@sync', exited(0));
      expect([run.states(), run.state.status]).toEqual([
        { 'a@1': 'failed', 'a@2': 'succeeded', 's@sync': 'succeeded' },
        'succeeded-with-failures',
      ]);
    });
  });

  it('sees through a barrier: one bad predecessor blocks what is behind it, naming the culprit', () => {
    const run = new Run([task('a@1'), task('a@2'), task('b@3', ['barrier:1'])], {
      barriers: [{ id: 'barrier:1', requires: ['a@1', 'a@2'] }],
    });
    expect(whyWaiting(run.state, 'b@3')?.reasons.map(({ holders }) => holders)).toEqual([['a@1'], ['a@2']]);
    run.end('a@2', exited(3));
    expect(run.log).toContainEqual(
      expect.objectContaining({
        type: 'tasks-ended',
        tasks: ['b@3'],
        state: 'blocked',
        cause: { code: 'dependency', culprit: 'a@2' },
      }),
    );
    run.end('a@1', exited(0));
    expect(run.state.status).toBe('failed');
  });

  it('prefers the longest remaining chain, and among equals the smaller address', () => {
    const run = new Run([task('a@1'), task('b@1'), task('c@1'), task('d@2', ['c@1'], { expectedMs: 9000 })], {});
    const order: string[] = [];
    for (let index = 0; index < 4; index++) {
      const [running] = Object.entries(run.states()).filter(([, state]) => state === 'running');
      order.push(running?.[0] ?? '');
      run.end(running?.[0] ?? '', exited(0));
    }
    expect(order.filter((address) => address.endsWith('@1'))).toEqual(['c@1', 'a@1', 'b@1']);
  });

  it('says of a task that waits for an event which one it is, and how it is sent', () => {
    const run = new Run([
      task('gate@1', [], { type: 'wait-for', parameters: { event: 'go' } }),
      task('a@1', ['gate@1']),
    ]);
    const why = (address: string) => whyWaiting(run.state, address)?.reasons;
    expect(why('gate@1')).toMatchObject([
      { code: 'running', text: expect.stringMatching(/event go; `muster signal`/) },
    ]);
    expect(why('a@1')).toMatchObject([
      { code: 'dependency', holders: ['gate@1'] },
      { code: 'node-busy', holders: ['gate@1'] },
    ]);
  });
});
