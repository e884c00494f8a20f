import type { AttemptResult, DeploymentEventBody, GraphTask, TaskGraph } from '@muster/model';
import { carriedFrom, type CarriedOver } from './carry-over';
import { compileGraph } from './compiled-graph';
import { decide, record } from './decide';
import { initialState, taskStateOf, type DeploymentState } from './deployment-state';
import { findSectionDeadlock } from './section-deadlock';
import { whyWaiting } from './why-waiting';
import { graphTask as task } from './graph-task.testing';

function graphOf(
  tasks: readonly GraphTask[],
  limits: Record<string, number>,
  over: Partial<TaskGraph> = {},
): TaskGraph {
  return {
    graphType: 'default',
    cluster: 'c',
    tasks,
    barriers: [],
    faultTolerance: [],
    limits,
    master: null,
    ...over,
  };
}

/** Out of service, upgraded, and back, on each node; one node at a time. */
function rolling(nodes: readonly string[]): GraphTask[] {
  const section = { section: 'upgrade', limits: ['role:db'] };
  return nodes.flatMap((node) => [
    task(`out@${node}`, [], section),
    task(`upgrade@${node}`, [`out@${node}`], { section: 'upgrade' }),
    task(`back@${node}`, [`upgrade@${node}`], section),
  ]);
}

class Run {
  readonly state: DeploymentState;

  constructor(graph: TaskGraph, carried?: CarriedOver) {
    this.state = initialState(graph);
    record(this.state, { type: 'accepted' }, 0);
    if (carried) record(this.state, { type: 'carried-over', ...carried }, 0);
    decide(this.state, 0);
  }

  fact(body: DeploymentEventBody): void {
    record(this.state, body, 0);
    decide(this.state, 0);
  }

  end(address: string, code = 0): void {
    const result: AttemptResult = { kind: 'exited', code, sizes: { stdout: 0, stderr: 0 } };
    const attempt = this.state.attempts[this.state.graph.indexOf.get(address) ?? 0] ?? 0;
    this.fact({ type: 'attempt-ended', task: address, attempt, result });
  }

  setLimit(key: string, amount: number): void {
    this.fact({
      type: 'control',
      command: `${key}${amount}`,
      verb: 'set-limit',
      who: 'ann',
      why: null,
      limit: { key, amount },
    });
  }

  in(name: string): string[] {
    return this.state.graph.addresses.filter((_, at) => taskStateOf(this.state, at) === name);
  }
}

describe('a section', () => {
  it('holds its slots from its first to its last task, also while none of them runs', () => {
    const run = new Run(graphOf(rolling(['n1', 'n2']), { 'role:db': 1 }));
    expect(run.in('running')).toEqual(['out@n1']);
    run.end('out@n1');
    expect(run.in('running')).toEqual(['upgrade@n1']);
    expect(whyWaiting(run.state, 'out@n2')?.reasons).toEqual([
      {
        code: 'limit-full',
        text: 'limit role:db is full: 1 of 1, place 1 of 1 in the queue',
        since: null,
        holders: ['section upgrade@n1'],
        place: 1,
      },
    ]);
    run.end('upgrade@n1');
    expect(run.in('running')).toEqual(['back@n1']);
    run.end('back@n1');
    expect(run.in('running')).toEqual(['out@n2']);
  });

  it('takes all of its slots at once, those of later tasks too', () => {
    const tasks = [
      task('a@n1', [], { section: 's', limits: ['x'] }),
      task('b@n1', ['a@n1'], { section: 's', limits: ['y'] }),
      task('c@n2', [], { limits: ['y'] }),
    ];
    const run = new Run(graphOf(tasks, { x: 1, y: 1 }));
    expect(run.in('running')).toEqual(['a@n1']);
    expect(whyWaiting(run.state, 'c@n2')?.reasons[0]?.holders).toEqual(['section s@n1']);
  });

  it('lets every task of its node run under its slots, and waits for no other slot of them', () => {
    const tasks = [
      task('a@n1', [], { section: 's', limits: ['role:db'] }),
      task('between@n1', ['a@n1'], { limits: ['role:db'] }),
      task('b@n1', ['between@n1'], { section: 's', limits: ['role:db'] }),
    ];
    const run = new Run(graphOf(tasks, { 'role:db': 1 }));
    run.end('a@n1');
    expect(run.in('running')).toEqual(['between@n1']);
    run.end('between@n1');
    run.end('b@n1');
    expect(run.state.status).toBe('succeeded');
  });

  it('keeps its slots when a task in it fails; what waits for them ends with the reason, and is not tolerated', () => {
    const faultTolerance = [{ name: 'db', nodes: ['n1', 'n2'], tolerated: 1 }];
    const run = new Run(graphOf(rolling(['n1', 'n2']), { 'role:db': 1 }, { faultTolerance }));
    run.end('out@n1');
    run.end('upgrade@n1', 1);
    expect(run.state.status).toBe('failed');
    expect(run.in('not-run')).toEqual(['out@n2']);
    expect(run.state.endCause.get(run.state.graph.indexOf.get('out@n2') ?? -1)).toEqual({
      code: 'node-failed',
      culprit: 'upgrade@n1',
      text: 'section upgrade@n1 keeps its slots: it could not be finished, because of upgrade@n1',
    });
  });

  it('says so while others still run', () => {
    const tasks = [...rolling(['n1', 'n2']), task('long@n3', [])];
    const run = new Run(graphOf(tasks, { 'role:db': 1 }));
    run.end('out@n1', 1);
    expect(whyWaiting(run.state, 'out@n2')?.reasons[0]?.text).toBe(
      'limit role:db is full: 1 of 1, place 1 of 1 in the queue; section upgrade@n1 keeps its slot since out@n1 did not succeed',
    );
    run.setLimit('role:db', 2);
    expect(run.in('running')).toEqual(['out@n2', 'long@n3'].sort().reverse());
  });
});

describe('sections that wait for each other', () => {
  /** Each node's section waits in its middle for a task of the other node that needs the same slot. */
  const crossed = (capacity: number): TaskGraph =>
    graphOf(
      [
        task('a@n1', [], { section: 's', limits: ['x'] }),
        task('a@n2', [], { section: 's', limits: ['x'] }),
        task('b@n1', ['a@n1', 'a@n2'], { section: 's' }),
        task('b@n2', ['a@n1', 'a@n2'], { section: 's' }),
      ],
      { x: capacity },
    );

  it('are found, with what waits for what', () => {
    expect(findSectionDeadlock(compileGraph(crossed(1)))).toEqual({
      section: 's@n2',
      held: 'x',
      task: 'a@n1',
      needed: 'x',
    });
    expect(findSectionDeadlock(compileGraph(crossed(2)))).toBeNull();
    expect(findSectionDeadlock(compileGraph(graphOf(rolling(['n1', 'n2', 'n3']), { 'role:db': 1 })))).toBeNull();
  });

  it('are found where one waits for what comes before its last task alone', () => {
    const tasks = [
      task('a@n1', [], { section: 's', limits: ['x'] }),
      task('other@n2', [], { limits: ['x'] }),
      task('b@n1', ['a@n1', 'other@n2'], { section: 's' }),
    ];
    expect(findSectionDeadlock(compileGraph(graphOf(tasks, { x: 1 })))?.task).toBe('other@n2');
    const before = tasks.map((each) => (each.task === 'a@n1' ? { ...each, requires: ['other@n2'] } : each));
    expect(findSectionDeadlock(compileGraph(graphOf(before, { x: 1 })))).toBeNull();
  });

  it('make the deployment wait for a person when a limit was made too small, and go on when it is raised', () => {
    const run = new Run(crossed(1));
    run.end('a@n1');
    expect(run.state.status).toBe('paused');
    expect(run.state.pausedBy?.text).toMatch(/^waits for a person: a@n2 needs a slot of x,/);
    run.setLimit('x', 2);
    run.fact({ type: 'control', command: 'resume', verb: 'resume', who: 'ann', why: null });
    run.end('a@n2');
    run.end('b@n1');
    run.end('b@n2');
    expect(run.state.status).toBe('succeeded');
  });

  it('make a further run wait for a person where what failed before a section is tried again while that holds its slots', () => {
    const graph = graphOf(
      [
        task('first@n2', [], { limits: ['x'] }),
        task('passed@sync', ['first@n2'], { type: 'stage', action: 'skip' }),
        task('begin@n1', ['passed@sync'], { section: 's', limits: ['x'] }),
        task('finish@n1', ['first@n2', 'begin@n1'], { section: 's' }),
      ],
      { x: 1 },
      { faultTolerance: [{ name: 'g', nodes: ['n2'], tolerated: 1 }] },
    );
    expect(findSectionDeadlock(compileGraph(graph))).toBeNull();
    const before = new Run(graph);
    before.end('first@n2', 1);
    before.end('begin@n1');
    expect(before.in('blocked')).toEqual(['finish@n1']);

    const again = new Run(graph, carriedFrom(before.state, null));
    expect(again.state.pausedBy?.text).toMatch(/^waits for a person: first@n2 needs a slot of x,.*; raise the limit$/);
    again.setLimit('x', 2);
    again.fact({ type: 'control', command: 'resume', verb: 'resume', who: 'ann', why: null });
    again.end('first@n2');
    again.end('finish@n1');
    expect(again.state.status).toBe('succeeded');
  });
});
