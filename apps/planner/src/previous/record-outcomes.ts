import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** How a task that was really tried came out. */
export interface TaskOutcome {
  readonly succeeded: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Where the outcomes belong. */
export interface OutcomeSubject {
  readonly deployment: string;
  readonly transaction: string;
  readonly clusterId: string;
  readonly graphType: string;
  readonly release: string;
}

/** Durations of a task that are kept, newest first. */
const DURATIONS_KEPT = 5;

const TOLD = `unnest($2::text[], $3::bool[], $4::timestamptz[]) AS c (task, succeeded, at)
  JOIN planner.task_record r ON r.deployment_id = $1 AND r.task = c.task
  JOIN planner.deployment_place p ON p.deployment_id = $1 AND p.node = r.node
  JOIN LATERAL (
    SELECT round(extract(epoch FROM t.ended_at - t.started_at) * 1000)::int AS ms
    FROM planner.attempt t WHERE t.deployment_id = $1 AND t.task = c.task ORDER BY t.attempt DESC LIMIT 1
  ) a ON true`;

/**
 * Records successes, and forgets the success of what was tried and did not succeed, in the database transaction that
 * stores the states; attempts must be stored already, since a task without one was not tried. What the deployment did
 * not write down (a trial run, a task that is skipped) is left alone. One statement whatever the number of tasks.
 */
export async function recordOutcomes(
  on: EntityManager,
  { deployment, transaction, clusterId, graphType, release }: OutcomeSubject,
  outcomes: ReadonlyMap<string, TaskOutcome>,
): Promise<void> {
  if (outcomes.size === 0) return;
  const values = [...outcomes.values()];
  const told = [
    deployment,
    [...outcomes.keys()],
    values.map((outcome) => outcome.succeeded),
    values.map((outcome) => new Date(outcome.at)),
    clusterId,
    graphType,
  ];
  await rowsOf(
    on,
    `INSERT INTO planner.last_success AS s
       (cluster_id, graph_type, definition, node, release, fingerprint, common, own, host_key, durations, transaction_id, at)
     SELECT $5, $6, r.definition, r.node, $7, CASE WHEN c.succeeded THEN r.fingerprint END, p.common, p.own, p.host_key,
       CASE WHEN c.succeeded AND a.ms >= 0 THEN ARRAY[a.ms] ELSE '{}' END, $8, c.at
     FROM ${TOLD}
     ON CONFLICT (cluster_id, graph_type, definition, node) DO UPDATE SET
       release = excluded.release, fingerprint = excluded.fingerprint, common = excluded.common, own = excluded.own,
       host_key = excluded.host_key, durations = (excluded.durations || s.durations)[1:${DURATIONS_KEPT}],
       transaction_id = excluded.transaction_id, at = excluded.at
     WHERE excluded.at >= s.at`,
    [...told, release, transaction],
  );
  await rowsOf(
    on,
    // Whichever graph or cluster it was done for: the machine is known by its key.
    `UPDATE planner.last_success AS s SET fingerprint = NULL, at = c.at
     FROM ${TOLD}
     WHERE r.resets AND s.host_key = p.host_key AND s.at <= c.at
       AND NOT (s.cluster_id = $5 AND s.graph_type = $6 AND s.definition = r.definition AND s.node = r.node)
     RETURNING 1`,
    told,
  );
}
