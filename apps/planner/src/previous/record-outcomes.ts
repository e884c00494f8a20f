import type { EntityManager } from 'typeorm';
import { partsOf, rowOf, rowsOf } from '../database/sql';

/** How a task that was really tried came out. */
export interface TaskOutcome {
  readonly succeeded: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Outcomes of tasks of one deployment. */
export interface DeploymentOutcomes {
  readonly deployment: string;
  readonly outcomes: ReadonlyMap<string, TaskOutcome>;
}

/** Durations of a task that are kept, newest first. */
const DURATIONS_KEPT = 5;

const TOLD = `unnest($1::uuid[], $2::text[], $3::bool[], $4::timestamptz[]) AS c (deployment_id, task, succeeded, at)
  JOIN planner.task_record r ON r.deployment_id = c.deployment_id AND r.task = c.task
  JOIN planner.deployment_place p ON p.deployment_id = c.deployment_id AND p.node = r.node
  JOIN planner.deployment d ON d.id = c.deployment_id
  JOIN planner.transaction t ON t.id = d.transaction_id
  JOIN LATERAL (
    SELECT round(extract(epoch FROM t.ended_at - t.started_at) * 1000)::int AS ms
    FROM planner.attempt t WHERE t.deployment_id = c.deployment_id AND t.task = c.task ORDER BY t.attempt DESC LIMIT 1
  ) a ON true`;

/**
 * Records successes, and forgets the success of what was tried and did not succeed, in the database transaction that
 * stores the states; attempts must be stored already, since a task without one was not tried. What the deployment did
 * not write down (a trial run, a task that is skipped) is left alone. One statement, two where machines were made anew, unless
 * there are very many tasks.
 */
export async function recordOutcomes(on: EntityManager, told: readonly DeploymentOutcomes[]): Promise<void> {
  const all = told.flatMap(({ deployment, outcomes }) =>
    [...outcomes].map(([task, outcome]) => ({ deployment, task, ...outcome })),
  );
  let resets = false;
  for (const part of partsOf(all)) resets = (await recordSuccesses(on, valuesOf(part))) || resets;
  if (!resets) return;
  // After all of them: what was done before is forgotten whichever part it was in.
  for (const part of partsOf(all)) await forgetReset(on, valuesOf(part));
}

function valuesOf(
  all: readonly (TaskOutcome & { readonly deployment: string; readonly task: string })[],
): readonly unknown[] {
  return [
    all.map(({ deployment }) => deployment),
    all.map(({ task }) => task),
    all.map(({ succeeded }) => succeeded),
    all.map(({ at }) => new Date(at)),
  ];
}

/** True if any of the tasks makes its machine another one. */
async function recordSuccesses(on: EntityManager, values: readonly unknown[]): Promise<boolean> {
  const told = await rowOf<{ resets: boolean }>(
    on,
    `WITH stored AS (INSERT INTO planner.last_success AS s
       (cluster_id, graph_type, definition, node, release, fingerprint, common, own, host_key, durations, transaction_id, at)
     SELECT t.cluster_id, d.graph_type, r.definition, r.node, d.release, CASE WHEN c.succeeded THEN r.fingerprint END, p.common, p.own,
       p.host_key, CASE WHEN c.succeeded AND a.ms >= 0 THEN ARRAY[a.ms] ELSE '{}' END, d.transaction_id, c.at
     FROM ${TOLD}
     ON CONFLICT (cluster_id, graph_type, definition, node) DO UPDATE SET
       release = excluded.release, fingerprint = excluded.fingerprint, common = excluded.common, own = excluded.own,
       host_key = excluded.host_key, durations = (excluded.durations || s.durations)[1:${DURATIONS_KEPT}],
       transaction_id = excluded.transaction_id, at = excluded.at
     WHERE excluded.at >= s.at)
     SELECT EXISTS (
       SELECT FROM unnest($1::uuid[], $2::text[]) AS c (deployment_id, task)
         JOIN planner.task_record r ON r.deployment_id = c.deployment_id AND r.task = c.task WHERE r.resets) AS resets`,
    values,
  );
  return told?.resets ?? false;
}

async function forgetReset(on: EntityManager, values: readonly unknown[]): Promise<void> {
  await rowsOf(
    on,
    // Whichever graph or cluster it was done for: the machine is known by its key.
    `UPDATE planner.last_success AS s SET fingerprint = NULL, at = c.at
     FROM ${TOLD}
     WHERE r.resets AND s.host_key = p.host_key AND s.at <= c.at
       AND NOT (s.cluster_id = t.cluster_id AND s.graph_type = d.graph_type AND s.definition = r.definition AND s.node = r.node)`,
    values,
  );
}
