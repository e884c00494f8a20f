import { MASTER } from '@muster/model';
import type { StartDeployment } from '@muster/protocol';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { uuidOf } from '../http/new-id';
import { writeOutgoing } from '../outgoing/write-outgoing';
import type { PlanOutline } from '../plans/plan-outline';
import { insertRecords } from '../previous/insert-records';
import type { PreparedDeployment } from './prepare-deployment';

/** The id of the command that starts a deployment. */
export function startCommandOf(deployment: string): string {
  return uuidOf(`start ${deployment}`);
}

/** Writes a deployment, its tasks and the command that starts it, all in the caller's database transaction. */
export async function insertDeployment(
  on: EntityManager,
  { outline, release, marks, records, requires, start, artifactTokenHash }: PreparedDeployment,
): Promise<void> {
  await rowsOf(
    on,
    `INSERT INTO planner.deployment (id, transaction_id, run, graph_type, release, digest, expected_ms, state, artifact_token_hash, artifacts, requires, node_marks)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $10, $11)`,
    [
      start.deployment,
      start.transaction,
      start.run,
      outline.graphType,
      release,
      outline.digest,
      outline.expectedMs,
      artifactTokenHash,
      start.artifacts.map((artifact) => artifact.digest),
      Buffer.from(requires),
      marks === null ? null : JSON.stringify(marks),
    ],
  );
  await rowsOf(
    on,
    "INSERT INTO planner.task (deployment_id, task, state) SELECT $1, task, 'waiting' FROM unnest($2::text[]) AS task",
    [start.deployment, outline.tasks],
  );
  if (records !== null) await insertRecords(on, start.deployment, records, hostKeysByPlace(outline, start));
  await writeOutgoing(on, startCommandOf(start.deployment), start.deployment, { kind: 'start', body: start });
}

/** Host keys of the machines, by the name of the place that tasks are at. */
function hostKeysByPlace({ master }: PlanOutline, { nodes }: StartDeployment): ReadonlyMap<string, string> {
  const keys = new Map(nodes.map(({ name, hostKey }) => [name, hostKey]));
  const ofMaster = master === null ? undefined : keys.get(master);
  return ofMaster === undefined ? keys : keys.set(MASTER, ofMaster);
}

/** The id of a transaction's deployment: known before it is written, so that writing it twice is refused. */
export function deploymentId(transaction: string, run: number): string {
  return uuidOf(`deployment ${transaction} ${run}`);
}
