import type { Draft } from './draft';

/**
 * Which tasks come before (or after) any of `from`, directly or through others; `from` themselves included. By index of the
 * task, 1 or 0. Sets that tasks require as a whole are walked as one, so that all-to-all relations stay cheap.
 * Cost: proportional to tasks, relations and members of sets.
 */
export function reach(draft: Draft, from: Iterable<number>, direction: 'before' | 'after'): Uint8Array {
  const { ofTask, ofSet } = direction === 'before' ? relationsBefore(draft) : relationsAfter(draft);
  const seen = new Uint8Array(draft.tasks.length);
  const seenSets = new Uint8Array(draft.sets.size);
  const open: number[] = [];
  const visit = (task: number): void => {
    if (seen[task]) return;
    seen[task] = 1;
    open.push(task);
  };
  for (const task of from) visit(task);
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    const { tasks, sets } = ofTask(task);
    for (const other of tasks) visit(other);
    for (const set of sets) {
      if (seenSets[set]) continue;
      seenSets[set] = 1;
      for (const other of ofSet(set)) visit(other);
    }
  }
  return seen;
}

interface Relations {
  readonly ofTask: (task: number) => { readonly tasks: readonly number[]; readonly sets: readonly number[] };
  readonly ofSet: (set: number) => readonly number[];
}

function relationsBefore(draft: Draft): Relations {
  return {
    ofTask: (index) => {
      const { requires, requiresSets } = draft.task(index);
      return { tasks: requires, sets: requiresSets };
    },
    ofSet: (set) => draft.sets.members(set),
  };
}

function relationsAfter(draft: Draft): Relations {
  const tasksOf: number[][] = draft.tasks.map(() => []);
  const setsOf: number[][] = draft.tasks.map(() => []);
  const usersOf: number[][] = Array.from({ length: draft.sets.size }, () => []);
  for (const { index, requires, requiresSets } of draft.tasks) {
    for (const before of requires) tasksOf[before]?.push(index);
    for (const set of requiresSets) usersOf[set]?.push(index);
  }
  usersOf.forEach((users, set) => {
    if (users.length > 0) for (const member of draft.sets.members(set)) setsOf[member]?.push(set);
  });
  return {
    ofTask: (index) => ({ tasks: tasksOf[index] ?? [], sets: setsOf[index] ?? [] }),
    ofSet: (set) => usersOf[set] ?? [],
  };
}
