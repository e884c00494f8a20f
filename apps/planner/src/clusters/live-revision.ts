import type { DeploymentOutcome } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** Graph type that takes a deployed cluster away again. */
const UNDEPLOYS = 'deletion';

/**
 * Makes the revision of a transaction that has ended well the live one of its cluster, if it deployed everything: the graph
 * `default` was among its graphs, for all nodes and tasks, and not as a trial run. After the graph `deletion`, under the
 * same conditions, nothing is live any more, and nothing counts as having succeeded; but not where it failed on nodes within
 * a tolerance: those are as they were. The later of the two decides where both were, whatever graphs came after them.
 */
export async function setLive(on: EntityManager, transaction: string, outcome: DeploymentOutcome): Promise<void> {
  const changed = await rowsOf<{ id: string; live_revision: number | null }>(
    on,
    `UPDATE planner.cluster AS c
     SET live_revision = CASE WHEN last.graph = $2 THEN NULL ELSE t.revision END
     FROM planner.transaction t CROSS JOIN LATERAL (
       SELECT graph FROM unnest(t.graphs) WITH ORDINALITY AS g (graph, place)
       WHERE graph IN ('default', $2::text) ORDER BY place DESC LIMIT 1
     ) AS last
     WHERE t.id = $1 AND c.id = t.cluster_id
       AND coalesce(t.options->>'noop', 'false') = 'false'
       AND t.options->'nodes' = 'null' AND t.options->'tasks' = 'null' AND coalesce(t.options->'subgraphs', 'null') = 'null'
       AND ($3 OR last.graph <> $2)
     RETURNING c.id, c.live_revision`,
    [transaction, UNDEPLOYS, outcome !== 'succeeded-with-failures'],
  );
  const undeployed = changed.filter((row) => row.live_revision === null).map((row) => row.id);
  await forget(on, undeployed);
}

/**
 * After a graph that has succeeded on every node: was it the whole `deletion`, nothing is live any more, and nothing counts as
 * having succeeded. At once, since graphs that come after it are planned by that, and it stays true when they fail.
 */
export async function undeploy(on: EntityManager, transaction: string, graphIndex: number): Promise<void> {
  const undeployed = await rowsOf<{ id: string }>(
    on,
    `UPDATE planner.cluster AS c SET live_revision = NULL FROM planner.transaction t
     WHERE t.id = $1 AND c.id = t.cluster_id AND t.graphs[$3::int + 1] = $2 AND coalesce(t.options->>'noop', 'false') = 'false'
       AND t.options->'nodes' = 'null' AND t.options->'tasks' = 'null' AND coalesce(t.options->'subgraphs', 'null') = 'null'
     RETURNING c.id`,
    [transaction, UNDEPLOYS, graphIndex],
  );
  await forget(
    on,
    undeployed.map(({ id }) => id),
  );
}

async function forget(on: EntityManager, clusters: readonly string[]): Promise<void> {
  if (clusters.length === 0) return;
  await rowsOf(on, 'DELETE FROM planner.last_success WHERE cluster_id = ANY($1::uuid[]) RETURNING 1', [clusters]);
}
