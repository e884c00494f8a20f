import type { EntityManager } from 'typeorm';
import { rowOf } from '../database/sql';
import { uuidOf } from '../http/new-id';
import { writeOutgoing } from '../outgoing/write-outgoing';

/**
 * Gives back what an ended transaction of several graphs still claims: executors keep its nodes for it between graphs
 * and cannot know that none follows. Written in the database transaction of the end. A transaction of one graph needs
 * it not, since its only deployment was sent as the final one.
 */
export async function releaseClaims(on: EntityManager, transaction: string): Promise<void> {
  const last = await rowOf<{ id: string }>(
    on,
    `SELECT d.id FROM planner.deployment d JOIN planner.transaction t ON t.id = d.transaction_id
     WHERE t.id = $1 AND cardinality(t.graphs) > 1 ORDER BY d.run DESC LIMIT 1`,
    [transaction],
  );
  if (last !== null)
    await writeOutgoing(on, uuidOf(`release ${transaction} ${last.id}`), last.id, {
      kind: 'release',
      body: { transaction, last: last.id },
    });
}
