import type { TaskState } from '@muster/model';

/**
 * Which of `tasks` wait no longer: all that they require has succeeded or was skipped, so that only policies are in the
 * way. `requires` has places in `tasks`, beyond its end those of barriers, which are seen through; `tasks` has the
 * states in that order. Cost: proportional to the relations, each barrier looked at once.
 */
export function readyTasks(tasks: readonly TaskState[], requires: readonly (readonly number[])[]): ReadonlySet<number> {
  const passed = new Map<number, boolean>();
  const isSatisfied = (vertex: number): boolean => {
    const state = tasks[vertex];
    if (state !== undefined) return state === 'succeeded' || state === 'skipped';
    let known = passed.get(vertex);
    if (known === undefined) passed.set(vertex, (known = areSatisfied(vertex)));
    return known;
  };
  const areSatisfied = (vertex: number): boolean => (requires[vertex] ?? []).every(isSatisfied);
  const ready = new Set<number>();
  for (const [task, state] of tasks.entries()) if (state === 'waiting' && areSatisfied(task)) ready.add(task);
  return ready;
}
