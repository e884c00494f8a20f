import type { PlanDocument } from '@muster/client';
import { byCodeUnit } from '@muster/model';

/** Tasks that come after `task`, directly or through others, sorted; barriers are seen through. */
export function dependentsOf(plan: PlanDocument, task: string): readonly string[] {
  const followers = new Map<string, string[]>();
  const points = [...plan.tasks.map(({ task: id, requires }) => ({ id, requires })), ...plan.barriers];
  for (const { id, requires } of points) {
    for (const before of requires) {
      const list = followers.get(before);
      if (list) list.push(id);
      else followers.set(before, [id]);
    }
  }
  const seen = new Set<string>();
  const open = [task];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const next of followers.get(id) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return plan.tasks
    .map((it) => it.task)
    .filter((it) => seen.has(it) && it !== task)
    .sort(byCodeUnit);
}
