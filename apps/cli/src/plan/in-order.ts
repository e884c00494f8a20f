import type { PlanDocument, PlannedTask } from '@muster/client';
import { byCodeUnit } from '@muster/model';

/**
 * Tasks in an order in which they may run: by the length of the longest chain before them, then by address.
 * Cost: proportional to tasks and edges. Tasks of a cycle, which no checked plan has, come last.
 */
export function inOrder(plan: PlanDocument): readonly PlannedTask[] {
  const requires = new Map<string, readonly string[]>();
  for (const barrier of plan.barriers) requires.set(barrier.id, barrier.requires);
  for (const task of plan.tasks) requires.set(task.task, task.requires);

  const left = new Map<string, number>();
  const followers = new Map<string, string[]>();
  for (const [id, needed] of requires) {
    const known = needed.filter((it) => requires.has(it));
    left.set(id, known.length);
    for (const it of known) {
      const list = followers.get(it);
      if (list) list.push(id);
      else followers.set(it, [id]);
    }
  }
  const depth = new Map<string, number>();
  const queue = [...left].filter(([, count]) => count === 0).map(([id]) => id);
  for (const id of queue) depth.set(id, 0);
  for (let at = 0; at < queue.length; at++) {
    const id = queue[at] as string;
    for (const next of followers.get(id) ?? []) {
      depth.set(next, Math.max(depth.get(next) ?? 0, (depth.get(id) ?? 0) + 1));
      const count = (left.get(next) ?? 0) - 1;
      left.set(next, count);
      if (count === 0) queue.push(next);
    }
  }
  const last = requires.size;
  const place = (id: string) => (left.get(id) === 0 ? (depth.get(id) ?? 0) : last);
  return [...plan.tasks].sort((a, b) => place(a.task) - place(b.task) || byCodeUnit(a.task, b.task));
}
