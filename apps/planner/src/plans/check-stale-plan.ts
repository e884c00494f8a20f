import { problem, ProblemsError } from '@muster/problems';
import type { DataSource } from 'typeorm';
import type { ClusterRow } from '../clusters/cluster.entity';
import { findKeptPlan } from './keep-plan';
import { planCluster, type PlannedCluster } from './plan-cluster';
import type { PlanOptions } from './plan-options';
import { describeDifference } from './describe-difference';
import type { PlanRunner } from './plan-runner';

export interface ApprovedPlan {
  readonly planned: PlannedCluster;
  readonly options: PlanOptions & { readonly noop: boolean };
}

/**
 * The approved plan, with the stored graph, if planning again gives its digest. Throws `DEPLOY_STALE_PLAN` with the
 * difference otherwise. Options that are not given anew are those that the plan was made with.
 */
export async function checkStalePlan(
  parts: { readonly database: DataSource; readonly runner: PlanRunner },
  cluster: ClusterRow,
  digest: string,
  options: PlanOptions & { readonly noop: boolean },
): Promise<ApprovedPlan> {
  const kept = await findKeptPlan(parts.database.manager, cluster.id, digest);
  if (kept === null) throw stale(digest, 'No such plan of this cluster is kept.');
  const asked = {
    nodes: options.nodes ?? kept.options.nodes,
    tasks: options.tasks ?? kept.options.tasks,
    subgraphs: options.subgraphs ?? kept.options.subgraphs,
    fetchDeps: options.fetchDeps || kept.options.fetchDeps,
    force: options.force || kept.options.force,
    noop: options.noop,
  };
  const made = await planCluster(parts, {
    cluster,
    revision: cluster.headRevision,
    graphType: kept.graphType,
    ...asked,
    withRecords: true,
  });
  if (!made.ok) throw new ProblemsError(made.problems);
  if (made.planned.outline.digest !== digest)
    throw stale(digest, 'It is no longer what would run.', await describeDifference(kept, made.planned));
  return { planned: { ...made.planned, graph: kept.graph, parameters: kept.parameters }, options: asked };
}

function stale(digest: string, summary: string, detail?: string): ProblemsError {
  return new ProblemsError([
    problem('DEPLOY_STALE_PLAN', { subject: `plan ${digest}`, summary, ...(detail === undefined ? {} : { detail }) }),
  ]);
}
