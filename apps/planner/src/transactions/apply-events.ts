import { type DeploymentEvent, type DeploymentStatus, isDeploymentEnd, mayGoOn } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { setLive } from '../clusters/live-revision';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { forgetRecords } from '../previous/insert-records';
import { recordOutcomes } from '../previous/record-outcomes';
import { endOnNodes } from './deployment-node-states';
import { markNodes, type NodeMarks } from './node-marks';
import { releaseClaims } from './release-claims';
import { type FoldedEvents, foldEvents } from './fold-events';
import { endBetweenGraphs, type StopWish } from './stop-later';
import { followLateStops, storeControls } from './store-controls';
import { storeFolded } from './store-folded';
import { takeHostKeys } from './take-host-keys';
import { tellEnd } from './tell-end';
import { outcomeOf } from './transaction-outcome';

/** What came of a run of events: applied (also when all were known), a gap before it, or nobody knows the deployment. */
export type Applied =
  | { readonly kind: 'applied'; readonly advance: boolean }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }
  | { readonly kind: 'unknown' };

interface LockedDeployment {
  readonly transaction_id: string;
  readonly run: number;
  readonly cluster: string;
  readonly cluster_id: string;
  readonly graph_type: string;
  readonly graph_index: number;
  readonly release: string;
  readonly project: string;
  readonly last_seq: number;
  readonly force_closed: boolean;
}

/**
 * Applies exactly the number after the last one, drops what is known. Runs inside the caller's database transaction,
 * under the deployment's row lock; asks nobody for anything, since it must not wait there.
 */
export async function applyEvents(
  on: EntityManager,
  deployment: string,
  events: readonly DeploymentEvent[],
): Promise<Applied> {
  const row = await rowOf<LockedDeployment>(
    on,
    `SELECT d.transaction_id, d.run, t.cluster, t.project, t.cluster_id, d.graph_type, d.graph_index, d.release, d.last_seq, d.force_closed
     FROM planner.deployment d JOIN planner.transaction t ON t.id = d.transaction_id
     WHERE d.id = $1 FOR UPDATE OF d`,
    [deployment],
  );
  if (row === null) return { kind: 'unknown' };
  // It has ended; a late executor may not have been told yet.
  if (row.force_closed) return { kind: 'applied', advance: false };
  const fresh = events.filter((event) => event.seq > row.last_seq);
  const first = fresh[0];
  if (first === undefined) return { kind: 'applied', advance: false };
  if (first.seq !== row.last_seq + 1) return { kind: 'gap', from: row.last_seq + 1, to: first.seq - 1 };
  const folded = foldEvents({ transaction: row.transaction_id, deployment, cluster: row.cluster }, fresh);
  await storeFolded(on, deployment, folded);
  await storeControls(on, row.transaction_id, row.run, folded.controls);
  const { transaction_id: transaction, cluster_id: clusterId, graph_type: graphType, release } = row;
  await takeHostKeys(on, { deployment, transaction, project: row.project }, folded.hostKeys);
  await recordOutcomes(on, { deployment, transaction, clusterId, graphType, release }, folded.outcomes);
  await storeDeployment(on, deployment, folded);
  await endDeployment(on, deployment, row, folded);
  await writeFeedEvents(on, row.project, folded.feed);
  const advance = await followDeployment(on, row, folded);
  await followLateStops(on, transaction, row.run, folded.controls);
  return { kind: 'applied', advance };
}

async function storeDeployment(on: EntityManager, deployment: string, folded: FoldedEvents): Promise<void> {
  const ended = folded.state !== null && isDeploymentEnd(folded.state.state) ? new Date(folded.state.at) : null;
  await rowsOf(
    on,
    `UPDATE planner.deployment SET last_seq = $2, heard_at = now(), state = coalesce($3, state), executor = coalesce($4, executor),
       started_at = coalesce(started_at, $5), ended_at = coalesce(ended_at, $6)
     WHERE id = $1 RETURNING 1`,
    [
      deployment,
      folded.lastSeq,
      folded.state?.state ?? null,
      folded.executor,
      folded.startedAt === null ? null : new Date(folded.startedAt),
      ended,
    ],
  );
}

/** Once it has ended its nodes are as its graph says. */
async function endDeployment(
  on: EntityManager,
  deployment: string,
  { project }: LockedDeployment,
  { state }: FoldedEvents,
): Promise<void> {
  if (state === null || !isDeploymentEnd(state.state)) return;
  // What has not succeeded may be gone on with.
  if (state.state === 'succeeded' || state.state === 'succeeded-with-skips') await forgetRecords(on, deployment);
  await endOnNodes(on, deployment);
  const row = await rowOf<{ node_marks: NodeMarks | null }>(
    on,
    'SELECT node_marks FROM planner.deployment WHERE id = $1',
    [deployment],
  );
  if (row !== null && row.node_marks !== null) await markNodes(on, deployment, project, state.state, row.node_marks);
}

/** The transaction takes the state of its running deployment; its end is its own. Tells whether the next graph is due. */
async function followDeployment(
  on: EntityManager,
  { transaction_id: id, graph_index: graphIndex }: LockedDeployment,
  folded: FoldedEvents,
): Promise<boolean> {
  if (folded.state === null && folded.startedAt === null) return false;
  const row = await rowOf<{ graphs: string[]; stop_asked: StopWish | null }>(
    on,
    'SELECT graphs, stop_asked FROM planner.transaction WHERE id = $1 FOR UPDATE',
    [id],
  );
  if (row === null) return false;
  if (folded.startedAt !== null) {
    await rowsOf(on, 'UPDATE planner.transaction SET started_at = coalesce(started_at, $2) WHERE id = $1 RETURNING 1', [
      id,
      new Date(folded.startedAt),
    ]);
  }
  if (folded.state === null) return false;
  const { state, text, at } = folded.state;
  if (!isDeploymentEnd(state)) {
    await setState(on, id, state, null, false);
    return false;
  }
  if (mayGoOn(state) && graphIndex + 1 < row.graphs.length) {
    await setState(on, id, 'running', null, true);
    if (row.stop_asked !== null) await endBetweenGraphs(on, id, row.stop_asked);
    return row.stop_asked === null;
  }
  const states = await rowsOf<{ state: DeploymentStatus }>(
    on,
    // Of each graph its last run.
    'SELECT DISTINCT ON (graph_index) state FROM planner.deployment WHERE transaction_id = $1 ORDER BY graph_index, run DESC',
    [id],
  );
  const outcome = outcomeOf(states.map((each) => each.state));
  await setState(on, id, outcome, new Date(at), false);
  await releaseClaims(on, id);
  if (mayGoOn(outcome)) await setLive(on, id);
  await tellEnd(on, id, { state: outcome, text }, at);
  return false;
}

async function setState(
  on: EntityManager,
  id: string,
  state: DeploymentStatus,
  endedAt: Date | null,
  advanceDue: boolean,
): Promise<void> {
  await rowsOf(
    on,
    'UPDATE planner.transaction SET state = $2, ended_at = $3, advance_due = $4 WHERE id = $1 RETURNING 1',
    [id, state, endedAt, advanceDue],
  );
}
