import type { TaskState } from '@muster/model';
import { readyTasks } from './ready-tasks';

const ready = (tasks: readonly TaskState[], requires: readonly (readonly number[])[]) => [
  ...readyTasks(tasks, requires),
];

describe('readyTasks', () => {
  it('are those that wait for nothing that is still to be done', () => {
    expect(ready(['waiting', 'succeeded', 'waiting', 'skipped', 'waiting'], [[], [], [1, 3], [], [2]])).toEqual([0, 2]);
  });

  it.each<TaskState>(['waiting', 'ready', 'running', 'failed', 'blocked', 'cancelled', 'lost', 'not-run'])(
    'are none behind one that is %s',
    (state) => {
      expect(ready([state, 'waiting'], [[1], [0]])).toEqual([]);
    },
  );

  it('are found behind barriers, and barriers behind barriers', () => {
    const requires = [[], [], [4], [], [3, 1]];
    expect(ready(['succeeded', 'succeeded', 'waiting'], [[], [], [4], [0], [3, 1]])).toEqual([2]);
    expect(ready(['running', 'succeeded', 'waiting'], [[], [], [4], [0], [3, 1]])).toEqual([]);
    expect(ready(['waiting', 'succeeded', 'waiting'], requires)).toEqual([0, 2]);
  });

  it('are found in large graphs without looking at a barrier twice', () => {
    const many = 50_000;
    const before = Array.from({ length: many }, () => []);
    const after = Array.from({ length: many }, () => [2 * many]);
    const barrier = Array.from({ length: many }, (_, at) => at);
    const states = (first: TaskState) =>
      Array.from({ length: 2 * many }, (_, at): TaskState => (at === 0 ? first : at < many ? 'succeeded' : 'waiting'));
    expect(readyTasks(states('succeeded'), [...before, ...after, barrier]).size).toBe(many);
    expect(readyTasks(states('failed'), [...before, ...after, barrier]).size).toBe(0);
  });

  it('are never of those that do not wait', () => {
    expect(ready(['running', 'succeeded', 'ready'], [[], [], []])).toEqual([]);
  });
});
