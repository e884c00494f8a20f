import { problem, ProblemsError } from '@muster/problems';
import type { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { LastSuccessRow } from '../previous/last-success.entity';
import { ClusterRow } from './cluster.entity';
import { letNodesGo } from './cluster-nodes';
import { findCluster } from './find-cluster';

/** Removes a cluster with its revisions and plans; its nodes stay known, its transactions stay readable. */
export async function deleteCluster(database: DataSource, project: string, name: string, who: string): Promise<void> {
  await database.transaction(async (on) => {
    const row = await findCluster(on, project, name);
    await on.findOne(ClusterRow, { where: { id: row.id }, lock: { mode: 'pessimistic_write' } });
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
    await letNodesGo(on, row.id, [], who);
    await on.delete(LastSuccessRow, { clusterId: row.id });
    await on.delete(ClusterRow, { id: row.id });
    await writeFeedEvents(on, row.project, [
      { type: 'cluster.deleted', at: null, subject: { cluster: name }, data: {} },
    ]);
  });
}
