import { HOST_KEY_PATTERN } from '@muster/model/schema';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { writeHistory } from '../nodes/node-history';
import type { FoldedEvents } from './fold-events';

interface Subject {
  readonly deployment: string;
  readonly transaction: string;
  readonly project: string;
}

/**
 * Accepts the host keys of nodes that tasks of the deployment made anew: what is written down of them from now on is of
 * the new machine, and nothing that succeeded on the one before counts for it. A key that another node has is not
 * accepted, which the history tells. Before outcomes are recorded, in their database transaction.
 */
export async function takeHostKeys(
  on: EntityManager,
  { deployment, transaction, project }: Subject,
  told: FoldedEvents['hostKeys'],
): Promise<void> {
  for (const { task, hostKey } of told) {
    const name = task.slice(task.lastIndexOf('@') + 1);
    const node = await rowOf<{ id: string; host_key: string | null }>(
      on,
      `SELECT n.id, n.host_key FROM planner.node n JOIN planner.deployment d ON d.id = $3 AND d.machines ? n.name
       WHERE n.project = $1 AND n.name = $2 FOR UPDATE OF n`,
      [project, name, deployment],
    );
    if (node === null || node.host_key === hostKey || !HOST_KEY_PATTERN.test(hostKey)) continue;
    const other = await rowOf<{ name: string }>(
      on,
      "SELECT name FROM planner.node WHERE project = $1 AND host_key = $2 AND id <> $3 AND state <> 'retired' LIMIT 1",
      [project, hostKey, node.id],
    );
    const data = { before: node.host_key, after: hostKey, task, ...(other === null ? {} : { refused: other.name }) };
    await writeHistory(on, [{ nodeId: node.id, kind: 'host-key', who: null, transaction, data }]);
    if (other !== null) continue;
    await rowsOf(on, 'UPDATE planner.node SET host_key = $2 WHERE id = $1 RETURNING 1', [node.id, hostKey]);
    await rowsOf(
      on,
      'UPDATE planner.deployment SET machines = machines || jsonb_build_object($2::text, $3::text) WHERE id = $1 RETURNING 1',
      [deployment, name, hostKey],
    );
    await rowsOf(
      on,
      'UPDATE planner.deployment_place SET host_key = $3 WHERE deployment_id = $1 AND node = $2 RETURNING 1',
      [deployment, name, hostKey],
    );
    await writeFeedEvents(on, project, [
      {
        type: 'node.changed',
        at: null,
        subject: { node: name, transaction },
        data: { changed: ['hostKey'], who: `transaction ${transaction}` },
      },
    ]);
  }
}
