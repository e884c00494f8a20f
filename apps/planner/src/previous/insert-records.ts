import { gunzipSync } from 'node:zlib';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import type { PlanRecords } from './plan-records';

/** Writes down what the tasks of a deployment are to be recorded as; `hostKeys` by place, the sync point has none. */
export async function insertRecords(
  on: EntityManager,
  deployment: string,
  { states, tasks, places }: PlanRecords,
  hostKeys: ReadonlyMap<string, string>,
): Promise<void> {
  await rowsOf(
    on,
    // By digest, so that two deployments that write the same states do not wait for each other in a circle.
    `INSERT INTO planner.expected_state (digest, content)
     SELECT digest, content FROM jsonb_to_recordset($1::jsonb) AS s (digest text, content jsonb) ORDER BY digest COLLATE "C"
     ON CONFLICT (digest) DO UPDATE SET used_at = now()`,
    [states],
  );
  await rowsOf(
    on,
    `INSERT INTO planner.deployment_place (deployment_id, node, host_key, common, own)
     SELECT $1, p.* FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS p (node, host_key, common, own)`,
    [
      deployment,
      places.map((place) => place.node),
      places.map((place) => hostKeys.get(place.node) ?? null),
      places.map((place) => place.common),
      places.map((place) => place.own),
    ],
  );
  for (const part of tasks)
    await rowsOf(
      on,
      `INSERT INTO planner.task_record (deployment_id, task, definition, node, fingerprint, resets)
     SELECT $1, r.* FROM jsonb_to_recordset($2::jsonb)
       AS r (task text, definition text, node text, fingerprint jsonb, resets boolean)`,
      [deployment, gunzipSync(part).toString()],
    );
}

/** Once a deployment is done with, nothing more of it is recorded. */
export async function forgetRecords(on: EntityManager, deployment: string): Promise<void> {
  await rowsOf(on, 'DELETE FROM planner.task_record WHERE deployment_id = $1 RETURNING 1', [deployment]);
  await rowsOf(on, 'DELETE FROM planner.deployment_place WHERE deployment_id = $1 RETURNING 1', [deployment]);
}

/** A further run records what the one before did not come to. */
export async function moveRecords(on: EntityManager, from: string, to: string): Promise<void> {
  await rowsOf(on, 'UPDATE planner.task_record SET deployment_id = $2 WHERE deployment_id = $1 RETURNING 1', [
    from,
    to,
  ]);
  await rowsOf(on, 'UPDATE planner.deployment_place SET deployment_id = $2 WHERE deployment_id = $1 RETURNING 1', [
    from,
    to,
  ]);
}

/** What ended badly could have been gone on with until now: a new deployment of the cluster puts an end to that. */
export async function forgetEndedRecords(on: EntityManager, transaction: string): Promise<void> {
  const ended = await rowsOf<{ id: string }>(
    on,
    `SELECT d.id FROM planner.deployment d JOIN planner.transaction t ON t.id = d.transaction_id
     WHERE d.ended_at IS NOT NULL AND t.cluster_id = (SELECT cluster_id FROM planner.transaction WHERE id = $1)
       AND EXISTS (SELECT 1 FROM planner.deployment_place p WHERE p.deployment_id = d.id)`,
    [transaction],
  );
  for (const { id } of ended) await forgetRecords(on, id);
}
