import type { PoolAnswer, PoolShare, PoolState } from '@muster/execution';
import type { Pool, PoolClient } from 'pg';

/**
 * Slots of pools that deployments share: one row per slot that is held or waited for, numbered in the order of asking.
 * Whoever changes rows holds the lock of the pool's row, so that grants are made one after the other. A granted slot is
 * *noted* once its deployment was told; only noted ones are given back, the others it does not know of yet.
 */
export async function settlePool(
  client: PoolClient,
  { executor, deployment, epoch }: { readonly executor: string; readonly deployment: string; readonly epoch: number },
  pool: string,
  { held, waiting }: { readonly held: number; readonly waiting: number },
): Promise<PoolAnswer> {
  const owned = await client.query<{ project: string }>(
    `SELECT project FROM executor.deployment WHERE id = $1 AND owner = $2 AND epoch = $3 AND ended_at IS NULL FOR SHARE`,
    [deployment, executor, epoch],
  );
  const [row] = owned.rows;
  if (row === undefined) return 'fenced';
  const { project } = row;
  await lockPool(client, project, pool);
  await keepOldest(client, pool, deployment, 'is_noted', held);
  const news = await countSlots(client, pool, deployment, 'granted_at IS NOT NULL AND NOT is_noted');
  const wanted = Math.max(0, waiting - news);
  await keepOldest(client, pool, deployment, 'granted_at IS NULL', wanted);
  const left = await countSlots(client, pool, deployment, 'granted_at IS NULL');
  await client.query(
    `INSERT INTO executor.pool_slot (project, pool, deployment_id) SELECT $1, $2, $3 FROM generate_series(1, $4::int)`,
    [project, pool, deployment, wanted - left],
  );
  const granted = await grantFree(client, project, pool);
  await client.query(
    `UPDATE executor.pool_slot SET is_noted = true WHERE pool = $1 AND deployment_id = $2 AND granted_at IS NOT NULL`,
    [pool, deployment],
  );
  return {
    held: await countSlots(client, pool, deployment, 'is_noted'),
    waiting: await countSlots(client, pool, deployment, 'granted_at IS NULL'),
    othersGained: granted.some((each) => each !== deployment),
  };
}

/** Sets the size of a pool and grants what that frees; a setting older than the one that stands changes nothing. */
export async function setPool(
  client: PoolClient,
  project: string,
  pool: string,
  slots: number,
  version: number,
): Promise<void> {
  await lockPool(client, project, pool);
  await client.query(
    `UPDATE executor.pool SET slots = $3, version = $4 WHERE project = $1 AND name = $2 AND version <= $4`,
    [project, pool, slots, version],
  );
  await grantFree(client, project, pool);
}

/** Gives back everything that a deployment holds or waits for. */
export async function leavePools(client: PoolClient, deployment: string): Promise<void> {
  await client.query(`DELETE FROM executor.pool_slot WHERE deployment_id = $1`, [deployment]);
}

export async function readPools(
  db: Pool,
  of: { readonly project: string } | { readonly deployment: string },
): Promise<PoolState[]> {
  const { rows } = await db.query<{
    name: string;
    slots: number;
    shares: (PoolShare & { readonly isHeld: boolean })[];
  }>(
    `SELECT p.name, p.slots,
            coalesce((SELECT jsonb_agg(jsonb_build_object('deployment', s.deployment_id, 'transaction', d.transaction_id,
                       'cluster', d.cluster, 'slots', s.slots, 'since', to_char(s.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                       'isHeld', s.is_held) ORDER BY s.first)
               FROM (SELECT deployment_id, granted_at IS NOT NULL AS is_held, count(*) AS slots, min(id) AS first,
                            min(coalesce(granted_at, asked_at)) AS since
                       FROM executor.pool_slot WHERE project = p.project AND pool = p.name GROUP BY 1, 2) s
               JOIN executor.deployment d ON d.id = s.deployment_id AND d.ended_at IS NULL), '[]') AS shares
       FROM executor.pool p
      WHERE p.project = coalesce($1, (SELECT project FROM executor.deployment WHERE id = $2)) ORDER BY p.name COLLATE "C"`,
    'project' in of ? [of.project, null] : [null, of.deployment],
  );
  const share = ({ isHeld: _isHeld, ...rest }: PoolShare & { readonly isHeld: boolean }): PoolShare => rest;
  return rows.map(({ name, slots, shares }) => ({
    pool: name,
    slots,
    holders: shares.filter(({ isHeld }) => isHeld).map(share),
    waiting: shares.filter(({ isHeld }) => !isHeld).map(share),
  }));
}

/** One that nobody has set has a row of size 0: deployments may ask before its setting arrives. */
async function lockPool(client: PoolClient, project: string, pool: string): Promise<void> {
  await client.query(
    `INSERT INTO executor.pool (project, name, slots, version) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING`,
    [project, pool],
  );
  await client.query(`SELECT FROM executor.pool WHERE project = $1 AND name = $2 FOR UPDATE`, [project, pool]);
}

type Which = 'is_noted' | 'granted_at IS NULL' | 'granted_at IS NOT NULL AND NOT is_noted';

async function keepOldest(
  client: PoolClient,
  pool: string,
  deployment: string,
  which: Which,
  most: number,
): Promise<void> {
  await client.query(
    `DELETE FROM executor.pool_slot WHERE id IN (
       SELECT id FROM executor.pool_slot WHERE pool = $1 AND deployment_id = $2 AND ${which} ORDER BY id OFFSET $3)`,
    [pool, deployment, most],
  );
}

async function countSlots(client: PoolClient, pool: string, deployment: string, which: Which): Promise<number> {
  const { rows } = await client.query<{ many: number }>(
    `SELECT count(*)::int AS many FROM executor.pool_slot WHERE pool = $1 AND deployment_id = $2 AND ${which}`,
    [pool, deployment],
  );
  return rows[0]?.many ?? 0;
}

/** Grants free slots to those that have waited longest; answers with their deployments. Slots of what has ended are free. */
async function grantFree(client: PoolClient, project: string, pool: string): Promise<string[]> {
  await client.query(
    `DELETE FROM executor.pool_slot s USING executor.deployment d
      WHERE s.project = $1 AND s.pool = $2 AND d.id = s.deployment_id AND d.ended_at IS NOT NULL`,
    [project, pool],
  );
  const { rows } = await client.query<{ deployment_id: string }>(
    `UPDATE executor.pool_slot SET granted_at = clock_timestamp() WHERE id IN (
       SELECT id FROM executor.pool_slot WHERE project = $1 AND pool = $2 AND granted_at IS NULL ORDER BY id
        LIMIT greatest(0, (SELECT slots FROM executor.pool WHERE project = $1 AND name = $2)
                        - (SELECT count(*) FROM executor.pool_slot WHERE project = $1 AND pool = $2 AND granted_at IS NOT NULL)))
     RETURNING deployment_id`,
    [project, pool],
  );
  return rows.map(({ deployment_id }) => deployment_id);
}
