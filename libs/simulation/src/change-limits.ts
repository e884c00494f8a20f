import { didYouMean, type GraphTask, type TaskGraph } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import { withLimit } from '@muster/scheduling';

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
  let changed = graph;
  for (const [key, amount] of Object.entries(changes))
    changed = amount === null ? withoutLimit(changed, key) : withLimit(changed, key, amount);
  return changed;
}

function withoutLimit(graph: TaskGraph, key: string): TaskGraph {
  const { [key]: _, ...limits } = graph.limits;
  const without = (task: GraphTask): GraphTask =>
    task.limits.includes(key) ? { ...task, limits: task.limits.filter((each) => each !== key) } : task;
  return { ...graph, tasks: graph.tasks.map(without), limits };
}

function unknownLimit(key: string, known: ReadonlySet<string>): Problem {
  return problem('PLAN_UNKNOWN_LIMIT', {
    subject: `limit ${key.slice(0, 120)}`,
    summary: 'is none of the graph',
    remedy: `Name a limit of the plan, \`nodes\` or \`definition:ID\`.${didYouMean(key, known)}`,
  });
}
