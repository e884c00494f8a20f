import {
  isDeploymentEnd,
  isTaskEnd,
  type DeploymentEvent,
  type DeploymentEventBody,
  type TaskGraph,
  type TaskState,
} from '@muster/model';
import {
  apply,
  decide,
  initialState,
  record,
  taskStateOf,
  whyWaiting,
  type DeploymentState,
  type Explanation,
  type WaitingReason,
} from '@muster/scheduling';
import fc from 'fast-check';
import { generatedCase, type GeneratedCase } from './generated-graphs.testing';
import { simulate } from './simulate';

const RUNS = 400;
const TOP = 1e9;

/** A generated graph and script, a moment of its run, and a task; with failures and losses that wait for people. */
const moment = fc
  .record({
    played: generatedCase(true),
    people: fc.array(fc.constantFrom('none' as const, 'pause' as const, 'lost' as const), { maxLength: 28 }),
    paused: fc.boolean(),
    where: fc.nat(),
    which: fc.nat(),
    kept: fc.nat(),
  })
  .map(({ played, people, ...rest }) => ({ ...rest, played: withPeople(played, people) }));

function withPeople({ graph, script }: GeneratedCase, people: readonly ('none' | 'pause' | 'lost')[]): GeneratedCase {
  const tasks = graph.tasks.map((task, index) => ({
    ...task,
    ...(people[index] === 'pause' ? { onFailure: 'pause' as const } : {}),
    ...(people[index] === 'lost' ? { idempotent: false } : {}),
  }));
  // The log is replayed here: an executor that dies in it would change nothing.
  const { executorDiesAfter: _, ...rest } = script;
  return { graph: { ...graph, tasks }, script: rest };
}

type Explain = (state: DeploymentState, task: string) => Explanation | null;

/** The log up to a moment after a round of decisions. */
function logUntil(graph: TaskGraph, script: GeneratedCase['script'], where: number): readonly DeploymentEvent[] {
  const log: DeploymentEvent[] = [];
  const rounds: number[] = [];
  simulate(graph, { script, onEvent: (event) => log.push(event), onDecided: () => rounds.push(log.length) });
  return log.slice(0, rounds[where % rounds.length]);
}

/** Folds `log` where `task` would be chosen before all others: choice must not be what keeps it from starting. */
function stateOf(graph: TaskGraph, log: readonly DeploymentEvent[], task: string, paused: boolean): DeploymentState {
  const state = initialState({ ...graph, priorities: graph.tasks.map((each) => (each.task === task ? TOP : 0)) });
  for (const event of log) apply(state, structuredClone(event));
  if (paused && state.status === 'running' && state.stop === null) {
    record(state, { type: 'control', command: PAUSE, verb: 'pause', who: 'ann', why: 'lunch' }, nowOf(log));
    decide(state, nowOf(log));
  }
  return state;
}

const PAUSE = '00000000-0000-4000-8000-000000000001';
const LIMIT = '00000000-0000-4000-8000-0000000001';

function nowOf(log: readonly DeploymentEvent[]): number {
  return log.at(-1)?.at ?? 0;
}

/** Makes a reason untrue, by events that could be stored. False: nothing can. */
function remove(state: DeploymentState, task: string, reason: WaitingReason, now: number): boolean {
  const tell = (body: DeploymentEventBody): void => void record(state, body, now);
  const finish = (address: string): boolean => {
    const number = state.graph.indexOf.get(address) ?? -1;
    const attempt = state.attempts[number] ?? 0;
    if (isTaskEnd(taskStateOf(state, number))) return isWell(taskStateOf(state, number));
    if (state.open.has(number, attempt)) {
      tell({ type: 'attempt-ended', task: address, attempt, result: DONE });
      tell({ type: 'tasks-ended', tasks: [address], state: 'succeeded' });
    } else tell({ type: 'tasks-ended', tasks: [address], state: 'skipped', cause: { code: 'operator' } });
    return true;
  };
  switch (reason.code) {
    case 'dependency':
    case 'node-busy':
      return reason.holders.every(finish);
    case 'limit-full': {
      const key = /^limit (\S+) is full/.exec(reason.text)?.[1] ?? '';
      const amount = (state.limitUsed[state.graph.limitKeys.indexOf(key)] ?? 0) + 1;
      const command = `${LIMIT}${String(state.graph.limitKeys.indexOf(key)).padStart(2, '0')}`;
      tell({ type: 'control', command, verb: 'set-limit', who: 'ann', why: null, limit: { key, amount } });
      return true;
    }
    case 'retry-delay':
    case 'held':
      tell({ type: 'retry-due', task });
      return true;
    case 'paused':
      tell({ type: 'state-changed', state: 'running', text: null });
      return true;
    default:
      return false;
  }
}

const isWell = (name: string): boolean => name === 'succeeded' || name === 'skipped';
const DONE = { kind: 'exited', code: 0, sizes: { stdout: 0, stderr: 0 } } as const;

/** What the reason says, asked of the state without the code that explains. */
function holds(state: DeploymentState, task: string, reason: WaitingReason): boolean {
  const number = state.graph.indexOf.get(task) ?? -1;
  const stateOfHolder = (): TaskState => taskStateOf(state, state.graph.indexOf.get(reason.holders[0] ?? '') ?? -1);
  switch (reason.code) {
    case 'dependency':
      // What failed in the meantime may be tolerated by an anchor.
      return task.endsWith('@sync') ? !isTaskEnd(stateOfHolder()) : !isWell(stateOfHolder());
    case 'node-busy':
      return stateOfHolder() === 'running';
    case 'limit-full': {
      const limit = state.graph.limitKeys.indexOf(/^limit (\S+) is full/.exec(reason.text)?.[1] ?? '');
      return (state.limitUsed[limit] ?? 0) >= (state.limitCapacity[limit] ?? 0);
    }
    case 'retry-delay':
      return state.notBefore.has(number);
    case 'held':
      return state.held.has(number);
    case 'paused':
      return state.pausedBy !== null;
    default:
      return true;
  }
}

type Moment = typeof moment extends fc.Arbitrary<infer M> ? M : never;

/** What `explain` says wrongly of one task at one moment; null: nothing. */
function fault({ played: { graph, script }, where, which, kept, paused }: Moment, explain: Explain): string | null {
  const log = logUntil(graph, script, where);
  const now = nowOf(log);
  const plain = stateOf(graph, log, '', paused);
  const waiting = graph.tasks.filter((_, number) => ['waiting', 'ready', 'lost'].includes(taskStateOf(plain, number)));
  if (waiting.length === 0 || isDeploymentEnd(plain.status)) return null;
  for (const { task } of waiting) if (explain(plain, task)?.reasons.length === 0) return `${task} has no reason`;

  const { task } = waiting[which % waiting.length] as { task: string };
  const number = plain.graph.indexOf.get(task) ?? -1;
  const isOn = (state: DeploymentState): boolean =>
    ['running', 'skipped', 'succeeded'].includes(taskStateOf(state, number));
  const [all, but] = [stateOf(graph, log, task, paused), stateOf(graph, log, task, paused)];
  const reasons = explain(all, task)?.reasons ?? [];
  const left = reasons[kept % reasons.length] as WaitingReason;
  for (const reason of reasons) if (reason !== left) remove(but, task, reason, now);
  if (holds(but, task, left)) {
    decide(but, now);
    if (isOn(but) && holds(but, task, left)) return `${task} starts although ${left.text}`;
  }
  if (!reasons.every((reason) => remove(all, task, reason, now))) return null;
  const after = explain(all, task)?.reasons ?? [];
  decide(all, now);
  if (!isOn(all))
    return `${task} does not start though nothing is left of: ${reasons.map(({ text }) => text).join('; ')}`;
  return after.length === 0 || taskStateOf(all, number) !== 'running'
    ? null
    : `${task} starts although ${after[0]?.text}`;
}

describe('the reasons why a task does not run', () => {
  it('are there for each that does not, keep it from starting one by one, and once all are gone it starts', () => {
    fc.assert(
      fc.property(moment, (it) => {
        expect(fault(it, whyWaiting)).toBeNull();
      }),
      { numRuns: RUNS * 3 },
    );
  });

  const without =
    (code: string): Explain =>
    (state, task) => {
      const explanation = whyWaiting(state, task);
      return explanation && { ...explanation, reasons: explanation.reasons.filter((reason) => reason.code !== code) };
    };

  it.each(['dependency', 'node-busy', 'limit-full', 'retry-delay', 'held', 'paused'])(
    'are found wanting where %s is left out',
    (code) => {
      const found = fc.check(
        fc.property(moment, (it) => fault(it, without(code)) === null),
        { numRuns: RUNS * 5, seed: 1 },
      );
      expect(found.failed).toBe(true);
    },
  );

  it.each([
    ['a limit that has room', 'limit-full' as const, 'limit a is full'],
    ['a person who paused nothing', 'stopping' as const, 'drained by nobody'],
  ])('are found out where they name %s', (_, code, text) => {
    const more: Explain = (state, task) => {
      const explanation = whyWaiting(state, task);
      if (!explanation || !['waiting', 'ready'].includes(explanation.state)) return explanation;
      if (explanation.reasons.some((reason) => reason.code === code)) return explanation;
      return { ...explanation, reasons: [...explanation.reasons, { code, text, since: null, holders: [] }] };
    };
    const found = fc.check(
      fc.property(moment, (it) => fault(it, more) === null),
      { numRuns: RUNS * 5, seed: 1 },
    );
    expect(found.failed).toBe(true);
  });
});
