import { didYouMean, SYNC_POINT, type TaskGraph } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';

/** New sizes by key; null: unlimited. */
export type LimitChanges = Readonly<Record<string, number | null>>;

/**
 * The graph with other limits. `nodes` (nodes at once) and `definition:X` may be new; any other key must be a limit of
 * the graph. Fails with `ProblemsError`, naming all keys that are unknown.
 */
export function changeLimits(graph: TaskGraph, changes: LimitChanges): TaskGraph {
  const definitions = new Set(graph.tasks.map(({ definition }) => definition));
  const known = new Set(['nodes', ...Object.keys(graph.limits), ...[...definitions].map((id) => `definition:${id}`)]);
  const unknown = Object.keys(changes).filter((key) => !known.has(key));
  if (unknown.length > 0) throw new ProblemsError(unknown.map((key) => unknownLimit(key, known)));
  const limits = new Map(Object.entries(graph.limits));
  for (const [key, amount] of Object.entries(changes)) {
    if (amount === null) limits.delete(key);
    else limits.set(key, amount);
  }
  const tasks = graph.tasks.map((task) => {
    const kept = task.limits.filter((key) => limits.has(key));
    const added = [`definition:${task.definition}`, 'nodes'].filter(
      (key) =>
        Object.hasOwn(changes, key) &&
        limits.has(key) &&
        !kept.includes(key) &&
        task.action === 'run' &&
        task.node !== SYNC_POINT,
    );
    return kept.length === task.limits.length && added.length === 0
      ? task
      : { ...task, limits: [...kept, ...added].sort() };
  });
  return { ...graph, tasks, limits: Object.fromEntries(limits) };
}

function unknownLimit(key: string, known: ReadonlySet<string>): Problem {
  return problem('PLAN_UNKNOWN_LIMIT', {
    subject: `limit ${key.slice(0, 120)}`,
    summary: 'is none of the graph',
    remedy: `Name a limit of the plan, \`nodes\` or \`definition:ID\`.${didYouMean(key, known)}`,
  });
}
