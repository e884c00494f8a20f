import type { FamilyGraph, FileTask } from './graph-families.testing';

// Looked up once: where tests run, each look-up of a global costs more than the comparison.
const { max, min } = Math;
const NEVER = Infinity;

type Lists = readonly (readonly number[])[];

interface Resource {
  readonly amount: number;
  readonly members: number[];
}

/**
 * A time in seconds that no order of choice can beat. For each machine, and each group of which one task runs at once, the
 * preemptive optimum of its tasks alone (Jackson's rule), where each has a *head* (when it can start at the earliest) and a
 * *tail* (what at least follows it). Heads and tails are longest paths, raised by the same bound for their ancestors and
 * descendants alone. Tasks are numbered by their place. Cost: tasks times relations.
 */
export function makespanBound({ tasks, caps }: Pick<FamilyGraph, 'tasks' | 'caps'>): number {
  const before = tasks.map(({ deps }) => deps);
  const after: number[][] = tasks.map(() => []);
  before.forEach((deps, task) => deps.forEach((each) => after[each]?.push(task)));
  const resources = resourcesOf(tasks, caps);
  const heads = raised(tasks, before, after, resources);
  const tails = raised(tasks, after, before, resources);
  let bound = 0;
  tasks.forEach(({ dur }, task) => (bound = max(bound, of(heads, task) + dur + of(tails, task))));
  for (const { members, amount } of resources) bound = max(bound, resourceBound(members, amount, tasks, heads, tails));
  return bound;
}

function resourcesOf(tasks: readonly FileTask[], caps: FamilyGraph['caps']): Resource[] {
  const byName = new Map<string, Resource>();
  const add = (name: string, amount: number, task: number): void => {
    const found = byName.get(name) ?? { amount, members: [] };
    found.members.push(task);
    byName.set(name, found);
  };
  tasks.forEach(({ node, group }, task) => {
    if (node >= 0) add(`node ${node}`, 1, task);
    const amount = group === undefined ? undefined : caps[group];
    if (amount !== undefined) add(`group ${group}`, amount, task);
  });
  return [...byName.values()];
}

/**
 * The earliest start of each task, walking along `from`; with the directions exchanged, what at least follows each: the
 * longest path to it, or what all that comes before it needs on one resource, with what lies between each of those and it.
 */
function raised(tasks: readonly FileTask[], from: Lists, to: Lists, resources: readonly Resource[]): Float64Array {
  const resourcesOfTask: number[][] = tasks.map(() => []);
  resources.forEach(({ members }, resource) => members.forEach((task) => resourcesOfTask[task]?.push(resource)));
  const heads = new Float64Array(tasks.length);
  const between = new Float64Array(tasks.length);
  const seen = new Int32Array(tasks.length).fill(-1);
  for (const task of inOrder(from, to)) {
    const before = ancestors(task, from, seen);
    for (const each of before) between[each] = 0;
    const groups = new Map<number, number[]>();
    let head = 0;
    // From the nearest back, so that what lies between is known when it is passed on.
    for (let at = before.length - 1; at >= 0; at--) {
      const each = before[at] as number;
      const { dur } = tasks[each] as FileTask;
      const passed = of(between, each) + dur;
      if (of(heads, each) + passed > head) head = of(heads, each) + passed;
      for (const one of from[each] ?? []) if (of(between, one) < passed) between[one] = passed;
      for (const resource of resourcesOfTask[each] ?? []) {
        const group = groups.get(resource);
        if (group) group.push(each);
        else groups.set(resource, [each]);
      }
    }
    for (const [resource, members] of groups)
      head = max(head, resourceBound(members, (resources[resource] as Resource).amount, tasks, heads, between));
    heads[task] = head;
  }
  return heads;
}

/** All that comes before `task`, each after what comes before it. `seen` is room for marks. */
function ancestors(task: number, from: Lists, seen: Int32Array): number[] {
  const found: number[] = [];
  const walk: [task: number, next: number][] = [[task, 0]];
  seen[task] = task;
  for (let top = walk.at(-1); top; top = walk.at(-1)) {
    const next = from[top[0]]?.[top[1]++];
    if (next === undefined) {
      walk.pop();
      if (top[0] !== task) found.push(top[0]);
    } else if (seen[next] !== task) {
      seen[next] = task;
      walk.push([next, 0]);
    }
  }
  return found;
}

/** Each task after all of `from`. */
function inOrder(from: Lists, to: Lists): number[] {
  const open = from.map((list) => list.length);
  const queue = open.flatMap((left, task) => (left === 0 ? [task] : []));
  for (const task of queue)
    for (const next of to[task] ?? []) {
      open[next] = (open[next] as number) - 1;
      if (open[next] === 0) queue.push(next);
    }
  return queue;
}

function resourceBound(
  members: readonly number[],
  amount: number,
  tasks: readonly FileTask[],
  heads: Float64Array,
  tails: Float64Array,
): number {
  if (amount === 1) return oneAtATime(members, tasks, heads, tails);
  // All of the work after the earliest start and before the shortest tail.
  let [work, head, tail] = [0, NEVER, NEVER];
  for (const task of members) {
    work += (tasks[task] as FileTask).dur;
    head = min(head, of(heads, task));
    tail = min(tail, of(tails, task));
  }
  return head + work / amount + tail;
}

/** Jackson's preemptive schedule: always the task with the longest tail among those that may start. */
function oneAtATime(
  members: readonly number[],
  tasks: readonly FileTask[],
  heads: Float64Array,
  tails: Float64Array,
): number {
  const waiting = [...members].sort((a, b) => of(heads, a) - of(heads, b));
  const open: { readonly task: number; left: number }[] = [];
  let [now, bound, next] = [0, 0, 0];
  while (next < waiting.length || open.length > 0) {
    if (open.length === 0) now = max(now, of(heads, waiting[next] as number));
    for (; next < waiting.length && of(heads, waiting[next] as number) <= now; next++) {
      const task = waiting[next] as number;
      open.push({ task, left: (tasks[task] as FileTask).dur });
    }
    let best = 0;
    open.forEach(({ task }, at) => {
      if (of(tails, task) > of(tails, (open[best] as { task: number }).task)) best = at;
    });
    const running = open[best] as { readonly task: number; left: number };
    const until = min(now + running.left, next < waiting.length ? of(heads, waiting[next] as number) : NEVER);
    running.left -= until - now;
    now = until;
    if (running.left > 1e-9) continue;
    open.splice(best, 1);
    bound = max(bound, now + of(tails, running.task));
  }
  return bound;
}

function of(values: Float64Array, index: number): number {
  return values[index] as number;
}
