import { isDeploymentEnd, type DeploymentEvent, type TaskGraph } from '@muster/model';
import {
  apply,
  carriedFrom,
  compileGraph,
  decide,
  findSectionDeadlock,
  initialState,
  taskStateOf,
  whyWaiting,
  type DeploymentState,
} from '@muster/scheduling';
import fc from 'fast-check';
import { generatedCase, graphTask, taskGraph, type GeneratedCase } from './generated-graphs.testing';
import { Referees, startableTasks } from './referees';
import { simulate, type SimulationResult } from './simulate';

const RUNS = 400;

interface Watched {
  readonly result: SimulationResult;
  readonly referees: Referees;
  readonly log: readonly DeploymentEvent[];
  readonly idle: readonly string[];
  readonly unexplained: readonly string[];
}

/** Runs the scheduler on `played` while the referees judge by `judged`: the same graph, unless a fault is planted. */
function watch({ graph, script }: GeneratedCase, judged: TaskGraph = graph): Watched {
  const referees = new Referees(judged);
  const log: DeploymentEvent[] = [];
  const idle: string[] = [];
  const unexplained: string[] = [];
  const result = simulate(graph, {
    script,
    onEvent: (event) => {
      log.push(event);
      referees.see(event);
    },
    onDecided: (state) => {
      idle.push(...startableNow(state, judged));
      for (const task of graph.tasks)
        if (whyWaiting(state, task.task)?.reasons.length === 0) unexplained.push(task.task);
    },
  });
  if (isDeploymentEnd(result.outcome)) referees.close();
  return { result, referees, log, idle, unexplained };
}

function startableNow(state: DeploymentState, graph: TaskGraph): string[] {
  if (state.status !== 'running') return [];
  const number = (task: string): number => state.graph.indexOf.get(task) ?? -1;
  return startableTasks(
    graph,
    (task) => taskStateOf(state, number(task)),
    (task) => state.notBefore.has(number(task)) || state.held.has(number(task)),
    (task) => (state.attempts[number(task)] ?? 0) > 0,
  );
}

const rules = (watched: Watched): string[] => watched.referees.verdicts.map(({ rule }) => rule);

describe('the scheduler, watched by referees', () => {
  it('keeps every rule whatever fails, hangs, is lost, drained or taken over', () => {
    fc.assert(
      fc.property(generatedCase(true), (it) => {
        const watched = watch(it);
        expect(watched.referees.verdicts).toEqual([]);
        expect(isDeploymentEnd(watched.result.outcome) || watched.result.outcome === 'paused').toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('finishes every valid graph when nothing fails', () => {
    fc.assert(
      fc.property(generatedCase(false), (it) => {
        const { result } = watch(it);
        const mayWait = findSectionDeadlock(compileGraph(it.graph)) !== null;
        fc.pre(!mayWait);
        expect(result.outcome).toBe('succeeded');
      }),
      { numRuns: RUNS },
    );
  });

  it('leaves nothing idle that could run, and explains everything that does not', () => {
    fc.assert(
      fc.property(generatedCase(true), (it) => {
        const { idle, unexplained } = watch(it);
        expect({ idle, unexplained }).toEqual({ idle: [], unexplained: [] });
      }),
      { numRuns: RUNS },
    );
  });

  it('reopens what failed when a person wants it, in many of the cases', () => {
    let reopened = 0;
    fc.assert(
      fc.property(generatedCase(true), (it) => {
        reopened += Number(watch(it).log.some(({ type }) => type === 'tasks-reopened'));
      }),
      { numRuns: RUNS },
    );
    expect(reopened).toBeGreaterThan(RUNS / 100);
  });

  it('finishes in a further run what the first one left, and does nothing again that succeeded', () => {
    fc.assert(
      fc.property(generatedCase(true), ({ graph, script }) => {
        const { result: first, log } = watch({ graph, script });
        fc.pre(isDeploymentEnd(first.outcome));
        const ended = initialState(graph);
        for (const event of log) apply(ended, event);
        const carried = carriedFrom(ended, null);
        const done = new Set(carried.tasks.filter(({ end }) => end === 'succeeded').map(({ task }) => task));
        const referees = new Referees(graph);
        const again: string[] = [];
        let said: string | null = null;
        const result = simulate(graph, {
          carried,
          onEvent: (event) => {
            referees.see(event);
            if (event.type === 'attempt-started' && done.has(event.task)) again.push(event.task);
            if (event.type === 'state-changed') said = event.text;
          },
        });
        if (isDeploymentEnd(result.outcome)) referees.close();
        expect({ verdicts: referees.verdicts, again }).toEqual({ verdicts: [], again: [] });
        if (findSectionDeadlock(compileGraph(graph)) !== null) return;
        // What failed before a section and is tried again while that is open may need its slots: a person is asked for more.
        const isAsking = result.outcome === 'paused' && /raise the limit$/.test(said ?? '');
        const limits = Object.fromEntries(Object.keys(graph.limits).map((key) => [key, graph.tasks.length]));
        const { outcome } = isAsking ? simulate({ ...graph, limits }, { carried }) : result;
        expect(outcome).toMatch(/^succeeded(-with-skips)?$/);
      }),
      { numRuns: RUNS },
    );
  });

  it('gives the same trace for the same input, and goes on alike after a takeover at any event', () => {
    fc.assert(
      fc.property(generatedCase(true), fc.nat(), (it, where) => {
        const { log } = watch(it);
        expect(watch(it).log).toEqual(log);
        // A log cut after a round of decisions, folded anew, decides nothing again that it has decided.
        const cut = where % log.length;
        const rounds = log.findIndex(
          (event, index) => index >= cut && (index + 1 === log.length || event.at < (log[index + 1]?.at ?? 0)),
        );
        const state = initialState(it.graph);
        for (const event of log.slice(0, rounds + 1)) apply(state, event);
        if (it.script.executorDiesAfter === undefined) expect(decide(state, log[rounds]?.at ?? 0)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('each referee trips on a planted fault', () => {
  const two = taskGraph([graphTask('a@n1'), graphTask('b@n2', { requires: ['a@n1'] })]);

  it('sees a task that starts before what it requires', () => {
    const played = taskGraph([graphTask('a@n1'), graphTask('b@n2')]);
    expect(rules(watch({ graph: played, script: {} }, two))).toContain(
      'never starts a task before its dependencies are satisfied',
    );
  });

  it('sees two tasks on one node', () => {
    const judged = taskGraph([graphTask('a@n1'), graphTask('b@master')], { master: 'n1' });
    expect(rules(watch({ graph: { ...judged, master: 'n2' }, script: {} }, judged))).toContain(
      'never runs two tasks on one node',
    );
  });

  it('sees a concurrency policy exceeded', () => {
    const tasks = [graphTask('a@n1', { limits: ['x'] }), graphTask('b@n2', { limits: ['x'] })];
    const judged = taskGraph(tasks, { limits: { x: 1 } });
    expect(rules(watch({ graph: { ...judged, limits: { x: 2 } }, script: {} }, judged))).toContain(
      'never exceeds a concurrency policy',
    );
  });

  it('sees a section give its slot back too early', () => {
    const tasks = [
      graphTask('a@n1', { limits: ['x'], section: 's' }),
      graphTask('b@n1', { requires: ['a@n1'], section: 's' }),
      graphTask('a@n2', { limits: ['x'], section: 's' }),
    ];
    const judged = taskGraph(tasks, { limits: { x: 1 } });
    const played = taskGraph(
      tasks.map(({ section: _, ...task }) => task),
      { limits: { x: 1 } },
    );
    const script = { tasks: { 'b@n1': { duration: 5 } } };
    expect(rules(watch({ graph: judged, script }))).toEqual([]);
    expect(rules(watch({ graph: played, script }, judged))).toContain('never exceeds a concurrency policy');
  });

  it('sees a slot left free', () => {
    const tasks = [graphTask('a@n1', { limits: ['x'] }), graphTask('b@n2', { limits: ['x'] })];
    const judged = taskGraph(tasks, { limits: { x: 2 } });
    expect(watch({ graph: { ...judged, limits: { x: 1 } }, script: {} }, judged).idle).toContain('b@n2');
  });

  it('sees that it goes on after a fault tolerance was passed, and that it stops too early', () => {
    const tasks = [graphTask('a@n1'), graphTask('b@n2'), graphTask('c@n3', { requires: ['b@n2'] })];
    const group = (tolerated: number): TaskGraph =>
      taskGraph(tasks, { faultTolerance: [{ name: 'g', nodes: ['n1'], tolerated }] });
    const script = { tasks: { 'a@n1': { attempts: ['failed' as const] }, 'b@n2': { duration: 5 } } };
    expect(rules(watch({ graph: group(1), script }, group(0)))).toContain(
      'starts nothing once a fault tolerance is passed',
    );
    expect(rules(watch({ graph: group(0), script }, group(1)))).toContain(
      'stops when a fault tolerance is passed, and not one failure earlier',
    );
  });

  it('sees a start on a failed node, a task that never ends, and an outcome that is too green', () => {
    const judged = taskGraph([graphTask('a@n1'), graphTask('b@n1', { requires: ['a@n1'] })]);
    const log: DeploymentEvent[] = [
      { seq: 1, at: 0, type: 'state-changed', state: 'running', text: null },
      { seq: 2, at: 0, type: 'attempt-started', task: 'a@n1', attempt: 1 },
      {
        seq: 3,
        at: 1,
        type: 'attempt-ended',
        task: 'a@n1',
        attempt: 1,
        result: { kind: 'exited', code: 1, sizes: { stdout: 0, stderr: 0 } },
      },
      { seq: 4, at: 1, type: 'tasks-ended', tasks: ['a@n1'], state: 'failed' },
      { seq: 5, at: 1, type: 'attempt-started', task: 'b@n1', attempt: 1 },
      { seq: 6, at: 1, type: 'state-changed', state: 'succeeded', text: null },
    ];
    const referees = new Referees(judged);
    log.forEach((event) => referees.see(event));
    referees.close();
    expect(referees.verdicts.map(({ rule }) => rule)).toEqual([
      'starts nothing on a failed node',
      'never starts a task before its dependencies are satisfied',
      'every task ends',
      'nothing runs after the end',
      'the outcome is never greener than the truth',
    ]);
  });

  it('sees a failed check of the whole, and blocked work of the cluster, called tolerated', () => {
    const group = [{ name: 'g', nodes: ['n1', 'n2'], tolerated: 1 }];
    const script = { tasks: { 'v@n1': { attempts: ['failed' as const] } } };
    const played = taskGraph([graphTask('v@n1'), graphTask('v@n2')], { faultTolerance: group });
    const judged = { ...played, tasks: played.tasks.map((task) => ({ ...task, validation: 'fatal' as const })) };
    const rule = 'what a tolerance of nodes does not cover makes it fail';
    expect(watch({ graph: judged, script })).toMatchObject({
      result: { outcome: 'failed' },
      referees: { verdicts: [] },
    });
    expect(rules(watch({ graph: played, script }, judged))).toEqual([rule]);
    const behind = graphTask('s@n2', { requires: ['v@n1'] });
    const anchored = taskGraph([graphTask('v@n1'), behind], { faultTolerance: group });
    const moved = taskGraph([graphTask('v@n1'), { ...behind, node: 'sync' }], { faultTolerance: group });
    expect(rules(watch({ graph: anchored, script }, moved))).toContain(rule);
  });

  it('sees a difference between two runs', () => {
    const slower = { tasks: { 'a@n1': { duration: 2 } } };
    expect(watch({ graph: two, script: slower }).log).not.toEqual(watch({ graph: two, script: {} }).log);
  });
});

describe('a retry by a person', () => {
  it('ends the delay of what waits to be tried again', () => {
    const retries = { count: 1, delayMs: 3_600_000, backoff: 1 };
    const graph = taskGraph([graphTask('a@n1', { retries }), graphTask('b@n2')]);
    const script = { tasks: { 'a@n1': { attempts: ['failed', 'succeeded'] as const }, 'b@n2': { duration: 5 } } };
    const alone = simulate(graph, { script });
    const helped = simulate(graph, { script: { ...script, retryAfter: 1 } });
    expect([alone.outcome, helped.outcome]).toEqual(['succeeded', 'succeeded']);
    expect([alone.makespan, helped.makespan]).toEqual([3602, 6]);
  });
});
