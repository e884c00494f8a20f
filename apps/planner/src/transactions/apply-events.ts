import { type DeploymentEvent, type DeploymentStatus, isDeploymentEnd, mayGoOn } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { setLive, undeploy } from '../clusters/live-revision';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEventsOfMany } from '../feed/write-feed-events';
import { forgetRecords } from '../previous/insert-records';
import { recordOutcomes } from '../previous/record-outcomes';
import { beginOnNodes, endOnNodes } from './deployment-node-states';
import { markNodes, type NodeMarks } from './node-marks';
import { releaseClaims } from './release-claims';
import { isOnePortion, portionsOf } from './event-portions';
import { type FoldedEvents, foldEvents, type FoldSubject } from './fold-events';
import { endBetweenGraphs, type StopWish } from './stop-later';
import { followLateStops, storeControls } from './store-controls';
import { type FoldedRun, storeFolded } from './store-folded';
import { takeHostKeys } from './take-host-keys';
import { tellEnd } from './tell-end';
import { tellUnread } from './tell-unread';
import { outcomeOf } from './transaction-outcome';

/** What came of a run of events: applied (also when all were known), a gap before it, or nobody knows the deployment. */
export type Applied =
  | { readonly kind: 'applied'; readonly advance: boolean }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }
  | { readonly kind: 'unknown' };

/** Events of one deployment without a gap, in order. */
export interface EventRun {
  readonly deployment: string;
  readonly events: readonly DeploymentEvent[];
}

interface LockedDeployment {
  readonly id: string;
  readonly transaction_id: string;
  readonly run: number;
  readonly cluster: string;
  readonly graph_index: number;
  readonly project: string;
  readonly last_seq: number;
  readonly force_closed: boolean;
}

/** What of its deployment alone changes: states of tasks, and what follows from these. */
const PLAIN: ReadonlySet<DeploymentEvent['type']> = new Set([
  'attempt-started',
  'attempt-ended',
  'tasks-ended',
  'retry-set',
  'retry-due',
  'task-held',
  'attempt-cancelling',
  'node-ready',
  'pool-leased',
  'pool-returned',
]);

/** True if a run may be applied in one database transaction with others, since it is short and takes no lock beyond its deployment's. */
export function isPlain(events: readonly DeploymentEvent[]): boolean {
  return events.every(({ type }) => PLAIN.has(type)) && isOnePortion(events);
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
  const [row] = await lockDeployments(on, [deployment], '');
  if (row === undefined) return { kind: 'unknown' };
  const found = freshOf(row, events);
  if ('kind' in found) return found;
  const folded = await storePortions(on, row, found.fresh);
  const { transaction_id: transaction, run } = row;
  await storeControls(on, transaction, run, folded.controls);
  if (folded.startedAt !== null) await beginOnNodes(on, deployment);
  await endDeployment(on, deployment, row, folded);
  await tell(on, [{ row, folded }]);
  const advance = await followDeployment(on, row, folded);
  await followLateStops(on, transaction, run, folded.controls);
  return { kind: 'applied', advance };
}

/**
 * Applies plain runs of several deployments, each at most once in the list, as above and in as many statements as for
 * one. What is missing in the answer is unknown or somebody has its lock: it is to be applied alone.
 */
export async function applyPlainRuns(
  on: EntityManager,
  runs: readonly EventRun[],
): Promise<ReadonlyMap<string, Applied>> {
  const rows = await lockDeployments(
    on,
    runs.map(({ deployment }) => deployment),
    'SKIP LOCKED',
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const answers = new Map<string, Applied>();
  const fresh: LockedRun[] = [];
  for (const { deployment, events } of runs) {
    const row = byId.get(deployment);
    if (row === undefined) continue;
    const found = freshOf(row, events);
    answers.set(deployment, 'kind' in found ? found : { kind: 'applied', advance: false });
    if (!('kind' in found)) fresh.push({ row, folded: foldEvents(subjectOf(row), found.fresh) });
  }
  await storeRuns(on, fresh);
  await tell(on, fresh);
  return answers;
}

interface LockedRun {
  readonly row: LockedDeployment;
  readonly folded: FoldedEvents;
}

/** In one order, so that two who want several never wait for each other in a circle. */
function lockDeployments(
  on: EntityManager,
  deployments: readonly string[],
  skip: 'SKIP LOCKED' | '',
): Promise<LockedDeployment[]> {
  return rowsOf<LockedDeployment>(
    on,
    `SELECT d.id, d.transaction_id, d.run, t.project, t.cluster, d.graph_index, d.last_seq, d.force_closed
     FROM planner.deployment d JOIN planner.transaction t ON t.id = d.transaction_id
     WHERE d.id = ANY($1::uuid[]) ORDER BY d.id FOR UPDATE OF d ${skip}`,
    [deployments],
  );
}

/** What is new of a run, or that there is nothing to be done with it. */
function freshOf(
  row: LockedDeployment,
  events: readonly DeploymentEvent[],
): { readonly fresh: readonly DeploymentEvent[] } | Applied {
  // It has ended; a late executor may not have been told yet.
  if (row.force_closed) return { kind: 'applied', advance: false };
  const fresh = events.filter((event) => event.seq > row.last_seq);
  const first = fresh[0];
  if (first === undefined) return { kind: 'applied', advance: false };
  if (first.seq !== row.last_seq + 1) return { kind: 'gap', from: row.last_seq + 1, to: first.seq - 1 };
  return { fresh };
}

function subjectOf(row: LockedDeployment): FoldSubject {
  return { transaction: row.transaction_id, deployment: row.id, cluster: row.cluster };
}

/** Folds, stores and tells one portion after the other, but for the feed of the last; gives that one, with what all of them say of the run. */
async function storePortions(
  on: EntityManager,
  row: LockedDeployment,
  events: readonly DeploymentEvent[],
): Promise<FoldedEvents> {
  let before: FoldedEvents | null = null;
  for (const portion of portionsOf(events)) {
    if (before !== null) await tell(on, [{ row, folded: before }]);
    const folded = foldEvents(subjectOf(row), portion);
    await storeRuns(on, [{ row, folded }]);
    before = before === null ? folded : followedBy(before, folded);
  }
  return before ?? foldEvents(subjectOf(row), []);
}

/** The later one, with what both say of the deployment as a whole. */
function followedBy(before: FoldedEvents, folded: FoldedEvents): FoldedEvents {
  return {
    ...folded,
    state: folded.state ?? before.state,
    startedAt: before.startedAt ?? folded.startedAt,
    controls: [...before.controls, ...folded.controls],
  };
}

async function storeRuns(on: EntityManager, runs: readonly LockedRun[]): Promise<void> {
  if (runs.length === 0) return;
  const folded = runs.map(({ row, folded: each }): FoldedRun => ({ deployment: row.id, folded: each }));
  await storeFolded(on, folded);
  for (const { row, folded: each } of runs) {
    const subject = { deployment: row.id, transaction: row.transaction_id, project: row.project };
    await takeHostKeys(on, subject, each.hostKeys);
  }
  await recordOutcomes(
    on,
    folded.map(({ deployment, folded: { outcomes } }) => ({ deployment, outcomes })),
  );
  await storeDeployments(on, folded);
}

async function tell(on: EntityManager, runs: readonly LockedRun[]): Promise<void> {
  const told = runs.flatMap(({ row, folded }) => folded.feed.map((event) => ({ project: row.project, event })));
  await writeFeedEventsOfMany(on, told);
}

async function storeDeployments(on: EntityManager, runs: readonly FoldedRun[]): Promise<void> {
  const folded = runs.map((run) => run.folded);
  await rowsOf(
    on,
    `UPDATE planner.deployment AS d SET last_seq = c.last_seq, heard_at = now(), state = coalesce(c.state, d.state),
       executor = coalesce(c.executor, d.executor), started_at = coalesce(d.started_at, c.started_at), ended_at = coalesce(d.ended_at, c.ended_at)
     FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
       AS c (id, last_seq, state, executor, started_at, ended_at)
     WHERE d.id = c.id`,
    [
      runs.map(({ deployment }) => deployment),
      folded.map(({ lastSeq }) => lastSeq),
      folded.map(({ state }) => state?.state ?? null),
      folded.map(({ executor }) => executor),
      folded.map(({ startedAt }) => (startedAt === null ? null : new Date(startedAt))),
      folded.map(({ state }) => (state !== null && isDeploymentEnd(state.state) ? new Date(state.at) : null)),
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
  // What failed on nodes within a tolerance is there as it was.
  if (mayGoOn(state) && state !== 'succeeded-with-failures') await undeploy(on, id, graphIndex);
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
  if (state === 'failed') await tellUnread(on, id, text);
  if (mayGoOn(outcome)) await setLive(on, id, outcome);
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
