import { MASTER } from '@muster/model';
import type { StartDeployment } from '@muster/protocol';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { uuidOf } from '../http/new-id';
import { writeOutgoing } from '../outgoing/write-outgoing';
import type { PlanOutline } from '../plans/plan-outline';
import { forgetEndedRecords, insertRecords } from '../previous/insert-records';
import type { PreparedDeployment } from './prepare-deployment';

/** The id of the command that starts a deployment. */
export function startCommandOf(deployment: string): string {
  return uuidOf(`start ${deployment}`);
}

/** Writes a deployment, its tasks and the command that starts it, all in the caller's database transaction. */
export async function insertDeployment(
  on: EntityManager,
  { graphIndex, outline, release, marks, records, requires, start, artifactTokenHash }: PreparedDeployment,
): Promise<void> {
  await rowsOf(
    on,
    `INSERT INTO planner.deployment (id, transaction_id, run, graph_index, graph_type, release, digest, expected_ms, state, artifact_token_hash, artifacts, requires, node_marks, machines, works_on)
     VALUES ($1, $2, $3, $12, $4, $5, $6, $7, 'pending', $8, $9, $10, $11, $13, $14)`,
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
      graphIndex,
      JSON.stringify(machineIdentities(outline.machines, start.nodes)),
      outline.worksOn,
    ],
  );
  await rowsOf(
    on,
    "INSERT INTO planner.task (deployment_id, task, state) SELECT $1, task, 'waiting' FROM unnest($2::text[]) AS task",
    [start.deployment, outline.tasks],
  );
  await forgetEndedRecords(on, start.transaction);
  if (records !== null) await insertRecords(on, start.deployment, records, hostKeysByPlace(outline, start));
  await writeOutgoing(on, startCommandOf(start.deployment), start.deployment, { kind: 'start', body: start });
}

/** What claims are keyed by, by the machine's name. */
export function machineIdentities(
  names: readonly string[],
  nodes: StartDeployment['nodes'],
): Readonly<Record<string, string>> {
  const known = new Map(nodes.map(({ name, machine }) => [name, machine]));
  return Object.fromEntries(names.map((name) => [name, known.get(name) ?? name]));
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
