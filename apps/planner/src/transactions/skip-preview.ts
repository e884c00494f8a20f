import { isTaskEnd, type TaskState } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { requiresOf } from './deployment-requires';

/** What a skip of a task would mean. */
export interface SkipPreview {
  readonly task: string;
  readonly state: TaskState;
  /** Null: it can be skipped now; otherwise why not. */
  readonly obstacle: string | null;
  /** What comes after it, directly or through others, and has not ended: it would go on as if the task were done. */
  readonly dependents: readonly { readonly task: string; readonly state: TaskState }[];
}

/** From the graph that runs, not from a new plan. Throws `API_NOT_FOUND`. Cost: proportional to tasks and relations. */
export async function skipPreview(on: EntityManager, transaction: string, task: string): Promise<SkipPreview> {
  const deployment = await rowOf<{ id: string }>(
    on,
    'SELECT id FROM planner.deployment WHERE transaction_id = $1 ORDER BY run DESC LIMIT 1',
    [transaction],
  );
  const tasks = await rowsOf<{ task: string; state: TaskState }>(
    on,
    'SELECT task, state FROM planner.task WHERE deployment_id = $1 ORDER BY task COLLATE "C"',
    [deployment?.id ?? null],
  );
  const place = tasks.findIndex((each) => each.task === task);
  const found = tasks[place];
  if (deployment === null || found === undefined)
    throw new ProblemsError([
      problem('API_NOT_FOUND', { subject: `task ${task}`, summary: 'The graph that ran last has no such task.' }),
    ]);
  const requires = (await requiresOf(on, deployment.id)) ?? [];
  const after = followersOf(requires, place);
  const { state } = found;
  return {
    task,
    state,
    obstacle: obstacleTo(state),
    dependents: tasks.filter((each, index) => after.has(index) && !isTaskEnd(each.state)),
  };
}

function obstacleTo(state: TaskState): string | null {
  if (isTaskEnd(state)) return `It has ended (${state}).`;
  return state === 'running' ? 'It runs; cancel the transaction, or wait for its end.' : null;
}

/** Vertices that come after one, barriers among them. */
function followersOf(requires: readonly (readonly number[])[], place: number): ReadonlySet<number> {
  const followers = new Map<number, number[]>();
  for (const [vertex, befores] of requires.entries())
    for (const before of befores) {
      const list = followers.get(before);
      if (list === undefined) followers.set(before, [vertex]);
      else list.push(vertex);
    }
  const seen = new Set<number>();
  const open = [place];
  for (let vertex = open.pop(); vertex !== undefined; vertex = open.pop())
    for (const next of followers.get(vertex) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  return seen;
}
