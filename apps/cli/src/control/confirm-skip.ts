import { ApiError, type GraphStatus } from '@muster/client';
import { isTaskEnd } from '@muster/model';
import { shownLine } from '../io/shown-text';
import { dependentsOf } from '../plan/dependents';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';

const SHOWN_MAX = 20;

/**
 * Shows what depends on a task and asks whether to skip it.
 * Fails with `ProblemsError` where there is no terminal to ask on.
 */
export async function confirmSkip(session: Session, transaction: string, task: string): Promise<boolean> {
  const client = await session.client();
  const status = await client.transactions.get(transaction);
  const graph = status.graphs.find((it) => Object.hasOwn(it.tasks, task));
  session.say(shownLine(`${task} is ${graph?.tasks[task]?.state ?? 'not known'} in transaction ${transaction}.`));
  if (graph) for (const line of await preview(session, status.cluster, graph, task)) session.say(shownLine(line));
  const answer = await session.io.ask(`Skip ${shownLine(task)}? [y/N] `);
  if (answer === null) {
    throw usageProblem('skip', 'it asks first, and there is no terminal to ask on', 'Add --yes if you are sure.');
  }
  return /^y(es)?$/i.test(answer.trim());
}

/** What would go on. Read from the plan of the cluster as it is now, since a running graph is not to be had. */
async function preview(
  session: Session,
  cluster: string,
  graph: GraphStatus,
  task: string,
): Promise<readonly string[]> {
  const { clusters } = await session.client();
  try {
    const plan = await clusters.plan(cluster, { graphType: graph.type });
    const open = dependentsOf(plan, task).filter(
      (it) => !isTaskEnd(graph.tasks[it]?.state ?? 'succeeded') || graph.tasks[it]?.state === 'blocked',
    );
    if (open.length === 0) return ['Nothing that is still open depends on it.'];
    const more = open.length > SHOWN_MAX ? [`  and ${open.length - SHOWN_MAX} more`] : [];
    return [
      `${open.length} tasks depend on it and would go on as if it were done:`,
      ...open.slice(0, SHOWN_MAX).map((it) => `  ${it}`),
      ...more,
    ];
  } catch (error) {
    if (error instanceof ApiError)
      return ['What depends on it cannot be told: the cluster cannot be planned as it is now.'];
    throw error;
  }
}
