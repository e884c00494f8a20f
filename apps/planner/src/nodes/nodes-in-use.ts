import { problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import type { NodeRow } from './node.entity';
import { clusterNames } from './node-view';

/**
 * Throws `NODE_IN_TRANSACTION` for each of the nodes that a transaction works on which has not ended, naming it. Graphs that
 * are yet to come are planned when they are reached: until then they may work on every node that was chosen.
 */
export async function refuseNodesInUse(
  on: EntityManager,
  nodes: readonly { readonly name: string; readonly project: string }[],
): Promise<void> {
  const project = nodes[0]?.project;
  if (project === undefined) return;
  const used = await rowsOf<{ name: string; id: string; cluster: string; state: string; who: string }>(
    on,
    `SELECT DISTINCT ON (m.name) m.name, t.id, t.cluster, t.state, t.who
     FROM planner.transaction t CROSS JOIN unnest($2::text[]) AS m (name)
     WHERE t.project = $1 AND t.ended_at IS NULL AND (
       EXISTS (SELECT 1 FROM planner.deployment d WHERE d.transaction_id = t.id AND d.machines ? m.name)
       OR (SELECT coalesce(max(d.graph_index), -1) + 1 FROM planner.deployment d WHERE d.transaction_id = t.id) < cardinality(t.graphs)
         AND (coalesce(t.options->'nodes', 'null') = 'null' OR t.options->'nodes' ? m.name OR t.options->>'fetchDeps' = 'true')
         AND EXISTS (SELECT 1 FROM planner.revision r WHERE r.cluster_id = t.cluster_id AND r.number = t.revision
                     AND r.content->'nodes' @> jsonb_build_array(jsonb_build_object('name', m.name))))
     ORDER BY m.name, t.created_at`,
    [project, nodes.map(({ name }) => name)],
  );
  if (used.length === 0) return;
  throw new ProblemsError(
    used.map(({ name, id, cluster, state, who }) =>
      problem('NODE_IN_TRANSACTION', {
        subject: `node ${name}`,
        summary: `Transaction ${id} of cluster ${cluster} (${who}) uses it and is ${state}.`,
      }),
    ),
  );
}

/** The refusal of what is for nodes in no cluster. */
export async function nodeInCluster(on: EntityManager, row: NodeRow): Promise<ProblemsError> {
  const cluster = (await clusterNames(on, [row])).get(row.clusterId ?? '');
  return new ProblemsError([
    problem('NODE_IN_USE', { subject: `node ${row.name}`, summary: `It belongs to cluster ${cluster ?? ''}.` }),
  ]);
}
