import type { Bus } from '@muster/messaging';
import { problem, ProblemsError } from '@muster/problems';
import { acceptedReply, describePools, poolsReply, type PoolsReply, setPool } from '@muster/protocol';
import { type DataSource, type EntityManager, MoreThan } from 'typeorm';
import { rowOf } from '../database/sql';
import { askExecutors } from '../executors/ask-executors';
import { writeFeedEvents } from '../feed/write-feed-events';
import { requireMatch } from '../http/etag';
import type { PoolDto, PoolShareDto } from './pool.dto';
import { PoolRow } from './pool.entity';

/** Slots of a project's pools, by name. */
export async function poolSlots(on: EntityManager, project: string): Promise<Record<string, number>> {
  const rows = await on.findBy(PoolRow, { project, slots: MoreThan(0) });
  return Object.fromEntries(rows.map(({ name, slots }) => [name, slots]));
}

/** Pools by name, with who holds and who waits. Fails with `API_UNAVAILABLE` when no executor answers. */
export async function listPools(on: EntityManager, bus: Bus, project: string): Promise<PoolDto[]> {
  const known = await on.findBy(PoolRow, { project, slots: MoreThan(0) });
  const { pools } = await askExecutors(bus, describePools, { project }, poolsReply);
  const stands = new Map(pools.map((each) => [each.pool, each]));
  return known
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((row) => ({ name: row.name, slots: row.slots, ...sharesOf(stands.get(row.name)), etag: String(row.version) }));
}

/** Fails with `API_NOT_FOUND` for a pool that there is none of. */
export async function findPool(on: EntityManager, bus: Bus, project: string, name: string): Promise<PoolDto> {
  const found = (await listPools(on, bus, project)).find((each) => each.name === name);
  if (found) return found;
  throw unknownPool(name);
}

/**
 * Sets a pool's slots with the executors and then here: what the executors did not take is not written, and the same set again
 * mends a write that was lost. Fewer slots than are held end nothing; no more are given out until enough came back.
 */
export async function writePool(
  database: DataSource,
  bus: Bus,
  project: string,
  name: string,
  slots: number,
  ifMatch: string | null,
): Promise<void> {
  while (!(await change(database, bus, { project, pool: name, slots, type: 'pool.set', ifMatch })));
}

/** Removes a pool that nobody holds and nobody waits for; else `POOL_IN_USE` names who does. */
export async function removePool(
  database: DataSource,
  bus: Bus,
  project: string,
  name: string,
  ifMatch: string | null,
): Promise<void> {
  do {
    const { holders, waiting } = await findPool(database.manager, bus, project, name);
    const users = [...holders, ...waiting];
    if (users.length > 0)
      throw new ProblemsError(
        [...new Map(users.map((each) => [each.transaction, each])).values()].map(({ transaction, cluster }) =>
          problem('POOL_IN_USE', {
            subject: `pool ${name}`,
            summary: `transaction ${transaction} of cluster ${cluster} uses it`,
          }),
        ),
      );
  } while (!(await change(database, bus, { project, pool: name, slots: 0, type: 'pool.removed', ifMatch })));
}

interface PoolChange {
  readonly project: string;
  readonly pool: string;
  readonly slots: number;
  readonly type: 'pool.set' | 'pool.removed';
  readonly ifMatch: string | null;
}

/**
 * One setting, if nobody made another meanwhile; executors keep the highest version. They are told outside of any transaction:
 * an embedded database has one session, which they need.
 */
async function change(
  database: DataSource,
  bus: Bus,
  { project, pool, slots, type, ifMatch }: PoolChange,
): Promise<boolean> {
  const before = await database.manager.findOneBy(PoolRow, { project, name: pool });
  // A removed one keeps its row, so that its next setting is known as the newer one.
  const etag = before === null || before.slots === 0 ? null : String(before.version);
  requireMatch(ifMatch, etag, `pool ${pool}`);
  const version = (before?.version ?? 0) + 1;
  await tell(bus, project, pool, slots, version);
  const isWritten = await database.transaction(async (manager) => {
    const written = await rowOf(
      manager,
      `INSERT INTO planner.pool (project, name, slots, version) VALUES ($1, $2, $3, $4)
       ON CONFLICT (project, name) DO UPDATE SET slots = excluded.slots, version = excluded.version
       WHERE pool.version = excluded.version - 1 RETURNING version`,
      [project, pool, slots, version],
    );
    if (written === null) return false;
    const data = type === 'pool.set' ? { pool, slots } : { pool };
    await writeFeedEvents(manager, project, [{ type, at: null, subject: {}, data }]);
    return true;
  });
  if (!isWritten) await tellStored(database.manager, bus, project, pool);
  return isWritten;
}

/** Of two who told executors at once one was stored, and the other may be refused: it is not what executors are left with. */
async function tellStored(on: EntityManager, bus: Bus, project: string, pool: string): Promise<void> {
  const stored = await on.findOneBy(PoolRow, { project, name: pool });
  if (stored !== null) await tell(bus, project, pool, stored.slots, stored.version);
}

async function tell(bus: Bus, project: string, pool: string, slots: number, version: number): Promise<void> {
  await askExecutors(bus, setPool, { project, pool, slots, version }, acceptedReply);
}

function sharesOf(stand: PoolsReply['pools'][number] | undefined): {
  holders: PoolShareDto[];
  waiting: PoolShareDto[];
} {
  const shown = (shares: PoolsReply['pools'][number]['holders'] = []): PoolShareDto[] =>
    shares.map(({ deployment: _own, ...share }) => share);
  return { holders: shown(stand?.holders), waiting: shown(stand?.waiting) };
}

function unknownPool(name: string): ProblemsError {
  return new ProblemsError([
    problem('API_NOT_FOUND', { subject: `pool ${name.slice(0, 80)}`, summary: 'There is no such pool.' }),
  ]);
}
