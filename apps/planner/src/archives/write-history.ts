import { invariant } from '@muster/problems';
import { holdBundles } from '../bundles/find-bundles';
import { rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { ClusterRow } from '../clusters/cluster.entity';
import { type Authorship, etagOf, type WriteRevision } from '../clusters/revise-cluster';
import type { CheckedHistory, CheckedRevision } from './check-history';

/**
 * Writes the revisions of an archive for a cluster that was just made: with their numbers, hashes, times, authors and reasons.
 * The feed tells of the newest one, and by whom it was brought here. Nothing is live: whether it is deployed nobody here knows.
 */
export function writeHistory({ revisions, access }: CheckedHistory): WriteRevision {
  return async (on, cluster, _head, { spec }, by: Authorship) => {
    const newest = revisions.at(-1);
    invariant(newest, 'a history has a revision');
    await holdBundles(on, cluster.project, spec);
    // What is known of its machines is the nodes', and was no part of the revision.
    const nodes = spec.nodes.map((node) => ({ ...node, access: access.get(node.name) ?? {} }));
    for (const revision of revisions.slice(0, -1)) await insert(on, cluster, revision);
    await insert(on, cluster, { ...newest, content: JSON.stringify({ ...spec, nodes }) });
    const { number, hash } = newest;
    await on.update(ClusterRow, { id: cluster.id }, { headRevision: number });
    await writeFeedEvents(on, cluster.project, [
      {
        ...{ type: 'cluster.revised', at: null, subject: { cluster: cluster.name } },
        data: { revision: number, hash, who: by.who, why: by.why, change: by.change },
      },
    ]);
    return { revision: number, hash, etag: etagOf(newest), changed: true };
  };
}

async function insert(
  on: Parameters<WriteRevision>[0],
  cluster: ClusterRow,
  { number, hash, content, who, why, change, createdAt }: CheckedRevision,
): Promise<void> {
  await rowsOf(
    on,
    `INSERT INTO planner.revision (cluster_id, number, hash, content, created_by, why, change, created_at)
     VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8)`,
    [cluster.id, number, hash, content, who, why, change, createdAt],
  );
}
