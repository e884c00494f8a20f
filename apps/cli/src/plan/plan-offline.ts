import type { PlanDocument } from '@muster/client';
import type { Plan } from '@muster/model';
import { ProblemsError } from '@muster/problems';
import type { Session } from '../session';
import { type OfflineSources, planInputOffline } from './plan-input-offline';

/** What of a graph is planned. */
export interface PlanSelection {
  readonly graph: string;
  readonly nodes?: readonly string[];
  readonly tasks?: readonly string[];
  readonly subgraph?: readonly string[];
  readonly fetchDeps?: boolean;
  readonly force?: boolean;
  readonly raw?: boolean;
}

/** Plans from files alone. Fails with `ProblemsError` when there is no plan. */
export async function planOffline(session: Session, sources: OfflineSources, selection: PlanSelection): Promise<Plan> {
  const { asSucceeded, plan } = await import('@muster/planning');
  const { withPrediction } = await import('@muster/simulation');
  const { previousCluster, ...input } = await planInputOffline(session, sources);
  const {
    graph,
    nodes = null,
    tasks = null,
    subgraph = null,
    fetchDeps = false,
    force = false,
    raw = false,
  } = selection;
  const previous = previousCluster && asSucceeded(previousCluster, input.release, input.plugins);
  const made = plan({
    ...input,
    graphType: graph,
    options: { nodes, tasks, subgraphs: subgraph, fetchDeps, force, raw },
    ...(previous ? { previous: previous.states, previousPrimaries: previous.primaries } : {}),
  });
  if (!made.plan) throw new ProblemsError(made.problems);
  return raw ? made.plan : withPrediction(made.plan);
}

/** As `planOffline`, in the form that the planner gives. */
export async function planDocumentOffline(
  session: Session,
  sources: OfflineSources,
  selection: PlanSelection,
): Promise<PlanDocument> {
  const { planJson } = await import('@muster/planning');
  return planJson(await planOffline(session, sources, selection)) as unknown as PlanDocument;
}
