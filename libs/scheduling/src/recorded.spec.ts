import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeploymentEvent, TaskGraph } from '@muster/model';
import { apply } from './apply';
import { decide } from './decide';
import { initialState, taskStateOf } from './deployment-state';
import { whyWaiting } from './why-waiting';

/** Logs of whole deployments as a released version stored them: never changed, only added to. */
const FOLDER = join(__dirname, 'recorded');

interface Recorded {
  readonly graph: TaskGraph;
  readonly events: readonly DeploymentEvent[];
  readonly expected: {
    readonly status: string;
    readonly owner: string;
    readonly epoch: number;
    readonly tasks: Readonly<Record<string, { readonly state: string; readonly attempts: number }>>;
    readonly nodes: Readonly<Record<string, string>>;
  };
}

const logs = readdirSync(FOLDER).flatMap((version) =>
  readdirSync(join(FOLDER, version)).map((file) => ({
    name: `${version}/${file}`,
    recorded: JSON.parse(readFileSync(join(FOLDER, version, file), 'utf8')) as Recorded,
  })),
);

describe('a recorded log', () => {
  it.each(logs)('$name replays to the same states', ({ recorded: { graph, events, expected } }) => {
    const state = initialState(graph);
    for (const event of events) apply(state, event);
    const { status, owner, epoch } = state;
    const tasks = Object.fromEntries(
      graph.tasks.map(({ task }, index) => [
        task,
        { state: taskStateOf(state, index), attempts: state.attempts[index] },
      ]),
    );
    const nodes = Object.fromEntries(state.graph.machines.map((machine, index) => [machine, state.node[index]]));
    expect({ status, owner, epoch, tasks, nodes }).toEqual(expected);
    expect(decide(state, events.at(-1)?.at ?? 0)).toEqual([]);
  });

  it.each(logs)(
    '$name can be carried on from any event, and every task explained',
    ({ recorded: { graph, events } }) => {
      for (let cut = 1; cut <= events.length; cut++) {
        const state = initialState(graph);
        for (const event of events.slice(0, cut)) apply(state, event);
        // What is decided now may differ from what was decided then; that it can be decided may not.
        expect(() => decide(state, events[cut - 1]?.at ?? 0)).not.toThrow();
        for (const { task } of graph.tasks) expect(whyWaiting(state, task)?.reasons).not.toHaveLength(0);
      }
    },
  );

  it('holds every type of event, once at least', () => {
    const types = new Set(logs.flatMap(({ recorded }) => recorded.events.map(({ type }) => type)));
    expect([...types].sort()).toEqual(
      [
        ...['accepted', 'attempt-cancelling', 'attempt-ended', 'attempt-started', 'control', 'node-ready'],
        ...['carried-over', 'owner-changed', 'retry-due', 'retry-set', 'state-changed', 'task-held'],
        ...['tasks-ended', 'tasks-reopened'],
      ].sort(),
    );
  });
});
