import { type SecretBox } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import { currentScope, withScope } from '@muster/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { ClusterRow } from '../clusters/cluster.entity';
import { findCluster } from '../clusters/find-cluster';
import { rowOf } from '../database/sql';
import { keepPlan } from '../plans/keep-plan';
import { writeFeedEvents } from '../feed/write-feed-events';
import { findNodesWithJumps } from '../nodes/find-nodes';
import { checkStalePlan } from '../plans/check-stale-plan';
import { type GraphsWish, graphTypesOf } from '../plans/graph-types';
import { planCluster, type PlannedCluster } from '../plans/plan-cluster';
import type { PlanRunner } from '../plans/plan-runner';
import type { ArtifactStore } from '@muster/storage';
import { accessForPlan } from './deployment-nodes';
import { deploymentId, insertDeployment } from './insert-deployment';
import { type PreparedDeployment, prepareDeployment } from './prepare-deployment';
import { type TransactionOptions, TransactionRow } from './transaction.entity';

export interface StartParts {
  readonly database: DataSource;
  readonly artifacts: ArtifactStore;
  readonly secretBox: SecretBox;
  readonly runner: PlanRunner;
  readonly installation: string;
}

/** `graphs` and `sequence` null: that of the approved plan, else `default`. */
export interface StartWish extends GraphsWish {
  readonly project: string;
  readonly cluster: string;
  /** Digest of the approved plan; null: whatever the plan is now. */
  readonly plan: string | null;
  readonly options: TransactionOptions;
  readonly reason: string | null;
}

/** A cluster that keeps changing while it is planned is given up after so many plans. */
const PLANS_MAX = 3;

/**
 * Plans every graph and writes transaction, first deployment, its tasks and its start command in one database
 * transaction. Throws `ProblemsError` with everything that stands in the way; then nothing was written.
 * Does nothing if `id` is there already.
 */
export function startTransaction(parts: StartParts, id: string, wish: StartWish, who: string): Promise<void> {
  return withScope({ transaction: id, project: wish.project }, () => start(parts, id, wish, who));
}

async function start(parts: StartParts, id: string, wish: StartWish, who: string): Promise<void> {
  const { database } = parts;
  for (let round = 1; round <= PLANS_MAX; round++) {
    if ((await rowOf(database.manager, 'SELECT 1 FROM planner.transaction WHERE id = $1', [id])) !== null) return;
    const agreed = await planAll(parts, wish);
    const prepared = await prepare(parts, id, wish, agreed, who);
    // So that what each task was given can be looked up later.
    await keepPlan(database.manager, agreed.planned, agreed.options);
    const written = await database.transaction((manager) => write(manager, id, wish, agreed, prepared, who));
    if (written) return;
  }
  const summary = 'It was changed again and again while it was planned.';
  throw new ProblemsError([
    problem('DEPLOY_STALE_PLAN', {
      subject: `cluster ${wish.cluster}`,
      summary,
      remedy: 'Deploy again when nobody edits the cluster.',
    }),
  ]);
}

interface Agreed {
  readonly graphs: readonly string[];
  readonly options: TransactionOptions;
  readonly planned: PlannedCluster;
}

/** The first graph's plan; the others are planned too, so that what is wrong with them is told before anything runs. */
async function planAll(parts: StartParts, wish: StartWish): Promise<Agreed> {
  const cluster = await findCluster(parts.database.manager, wish.project, wish.cluster);
  const approved = wish.plan === null ? null : await checkStalePlan(parts, cluster, wish.plan, wish.options);
  const options = approved?.options ?? wish.options;
  const planned = approved?.planned.outline.graphType ?? null;
  const graphs = (await graphTypesOf(parts.database.manager, cluster, wish)) ?? [planned ?? 'default'];
  if (planned !== null && graphs[0] !== planned) throw otherGraph(wish.plan ?? '', planned, graphs);
  const problems: Problem[] = [];
  let first = approved?.planned ?? null;
  for (const [index, graphType] of graphs.entries()) {
    if (index === 0 && approved !== null) continue;
    const made = await planCluster(parts, {
      cluster,
      revision: cluster.headRevision,
      graphType,
      ...options,
      withRecords: index === 0,
    });
    if (!made.ok) problems.push(...made.problems);
    else if (index === 0) first = made.planned;
  }
  if (problems.length > 0 || first === null) throw new ProblemsError(problems);
  return { graphs, options, planned: first };
}

function otherGraph(plan: string, planned: string, graphs: readonly string[]): ProblemsError {
  return new ProblemsError([
    problem('DEPLOY_STALE_PLAN', {
      subject: `plan ${plan}`,
      summary: `It is about graph ${planned}, and ${graphs.join(', ')} is to run.`,
      remedy: 'Approve a plan of the graph that runs first.',
    }),
  ]);
}

async function prepare(
  parts: StartParts,
  id: string,
  wish: StartWish,
  { graphs, planned, options }: Agreed,
  who: string,
): Promise<PreparedDeployment> {
  const known = await findNodesWithJumps(parts.database.manager, wish.project, planned.outline.machines);
  return prepareDeployment(parts, {
    id: deploymentId(id, 1),
    transaction: id,
    project: wish.project,
    run: 1,
    graphIndex: 0,
    outline: planned.outline,
    requires: planned.requires,
    graph: planned.graph,
    parameters: planned.parameters,
    marks: planned.marks,
    records: planned.records,
    release: planned.release,
    nodes: accessForPlan(planned.outline, known),
    noop: options.noop,
    final: graphs.length === 1,
    who,
    why: wish.reason,
  });
}

async function write(
  on: EntityManager,
  id: string,
  wish: StartWish,
  { graphs, options, planned }: Agreed,
  prepared: PreparedDeployment,
  who: string,
): Promise<boolean> {
  const locked = await rowOf<{ head_revision: number }>(
    on,
    'SELECT head_revision FROM planner.cluster WHERE id = $1 FOR UPDATE',
    [planned.clusterId],
  );
  if (locked === null || locked.head_revision !== planned.revision) return false;
  const { requestId, traceparent } = currentScope();
  // Chosen once: from now on these nodes are the primaries, until they lose the tag.
  await on.update(ClusterRow, { id: planned.clusterId }, { primaries: planned.primaries });
  await on.insert(TransactionRow, {
    id,
    project: wish.project,
    clusterId: planned.clusterId,
    cluster: wish.cluster,
    revision: planned.revision,
    state: 'pending',
    graphs: [...graphs],
    options,
    runs: 1,
    who,
    why: wish.reason,
    requestId: requestId ?? null,
    traceparent: traceparent ?? null,
  });
  await insertDeployment(on, prepared);
  await writeFeedEvents(on, wish.project, [
    {
      type: 'transaction.created',
      at: null,
      subject: { transaction: id, cluster: wish.cluster },
      data: { graphs, revision: planned.revision, who, why: wish.reason },
    },
  ]);
  return true;
}
