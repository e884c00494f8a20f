import { problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { LastSuccessRow } from '../previous/last-success.entity';
import { ClusterRow } from './cluster.entity';
import { letNodesGo } from './cluster-nodes';
import { requireMatch } from '../http/etag';
import { etagOf } from './revise-cluster';
import { findCluster } from './find-cluster';

/**
 * Removes a cluster with its revisions and plans; its nodes stay known, its transactions stay readable. One that is
 * deployed is refused with `CLUSTER_LIVE`, unless its machines are to be kept as they are.
 */
export async function deleteCluster(
  database: DataSource,
  project: string,
  name: string,
  {
    keep,
    ifMatch,
    who,
    why,
  }: {
    readonly keep: boolean;
    readonly ifMatch: string | null;
    readonly who: string;
    readonly why: string | null;
  },
): Promise<void> {
  await database.transaction(async (on) => {
    const row = await findCluster(on, project, name);
    await on.findOne(ClusterRow, { where: { id: row.id }, lock: { mode: 'pessimistic_write' } });
    await requireHead(on, row.id, name, ifMatch);
    const running = await rowOf<{ id: string; state: string }>(
      on,
      'SELECT id, state FROM planner.transaction WHERE cluster_id = $1 AND ended_at IS NULL LIMIT 1',
      [row.id],
    );
    if (running !== null) {
      throw new ProblemsError([
        problem('CLUSTER_BUSY', {
          subject: `cluster ${name}`,
          summary: `Transaction ${running.id} is ${running.state}.`,
        }),
      ]);
    }
    if (!keep) await refuseLive(on, row.id, name);
    await letNodesGo(on, row.id, [], who);
    await on.delete(LastSuccessRow, { clusterId: row.id });
    await on.delete(ClusterRow, { id: row.id });
    await writeFeedEvents(on, row.project, [
      { type: 'cluster.deleted', at: null, subject: { cluster: name }, data: { who, why, keep } },
    ]);
  });
}

async function requireHead(on: EntityManager, id: string, name: string, ifMatch: string | null): Promise<void> {
  const head = await rowOf<{ number: number; hash: string }>(
    on,
    `SELECT r.number, r.hash FROM planner.cluster c JOIN planner.revision r ON r.cluster_id = c.id AND r.number = c.head_revision
     WHERE c.id = $1`,
    [id],
  );
  requireMatch(ifMatch, head && etagOf(head), `cluster ${name}`);
}

/** A failed or partial deployment has left something on machines, too, though no revision is live. */
async function refuseLive(on: EntityManager, id: string, name: string): Promise<void> {
  const found = await rowOf<{ live_revision: number | null; succeeded: string }>(
    on,
    `SELECT c.live_revision, (SELECT count(*) FROM planner.last_success s WHERE s.cluster_id = c.id AND s.graph_type = 'default') AS succeeded
     FROM planner.cluster c WHERE c.id = $1`,
    [id],
  );
  if (found === null || (found.live_revision === null && Number(found.succeeded) === 0)) return;
  const summary =
    found.live_revision === null
      ? `No revision is live, and ${found.succeeded} of its tasks have succeeded on machines.`
      : `Revision ${found.live_revision} is live.`;
  throw new ProblemsError([problem('CLUSTER_LIVE', { subject: `cluster ${name}`, summary })]);
}
