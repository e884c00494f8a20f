import {
  type AcceptAnswer,
  type AppendAnswer,
  type DeploymentStore,
  type IdentifiedAnswer,
  LEFT_TO_OTHERS_PART,
  type OwnedDeployment,
  type PoolAnswer,
  type PoolState,
  type PutAnswer,
  type Renewed,
  type StoredCommand,
} from '@muster/execution';
import type { DeploymentEvent } from '@muster/model';
import { invariant, type Problem } from '@muster/problems';
import type { ControlDeployment, StartDeployment } from '@muster/protocol';
import { withTransaction } from '@muster/storage';
import type { Pool, PoolClient } from 'pg';
import { appendEvents } from './append-events';
import { keepAnswer, keptAnswer } from './command-answers';
import { claimNodes, drawTicket, freeClaims, identifyMachine, isTwin, knownTicket, raiseTickets } from './claims';
import { leavePools, readPools, setPool, settlePool } from './pools';

/**
 * Deployments in the schema `executor`. Time is the database's (`clock_timestamp()`): executors' clocks decide nothing.
 * `leases` is a pool of its own, so that a renewal never waits behind events.
 */
export class PgDeploymentStore implements DeploymentStore {
  constructor(
    private readonly pool: Pool,
    private readonly leases: Pool = pool,
  ) {}

  async accept(command: string, start: StartDeployment, graph: Uint8Array): Promise<AcceptAnswer> {
    const work = async (client: PoolClient): Promise<AcceptAnswer> => {
      if (!(await keepAnswer(client, command, []))) {
        const problems = await keptAnswer(client, command);
        return problems.length > 0 ? { kind: 'refused', problems } : { kind: 'repeated' };
      }
      // The graph is kept beside it, not twice.
      const kept = JSON.stringify(
        start.graph.kind === 'earlier' ? start : { ...start, graph: { kind: 'inline', gzip: '' } },
      );
      const inserted = await client.query(
        `INSERT INTO executor.deployment (id, transaction_id, project, cluster, start, graph) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING`,
        [start.deployment, start.transaction, start.project, start.cluster, kept, Buffer.from(graph)],
      );
      if (inserted.rowCount === 0) return { kind: 'repeated' };
      const problems = await claimNodes(client, start);
      if (problems.length > 0) throw new ClaimRefused(problems);
      return { kind: 'accepted' };
    };
    try {
      return await this.#claiming(work);
    } catch (error) {
      if (error instanceof ClaimRefused) return { kind: 'refused', problems: error.problems };
      throw error;
    }
  }

  async putCommand(command: string, body: ControlDeployment): Promise<PutAnswer> {
    return withTransaction(this.pool, async (client) => {
      // Waits for an end that is being stored: what is put here before it, it finds.
      const { rows } = await client.query<{ ended: boolean }>(
        `SELECT ended_at IS NOT NULL AS ended FROM executor.deployment WHERE id = $1 FOR SHARE`,
        [body.deployment],
      );
      const { rowCount } = await client.query(`SELECT FROM executor.command WHERE id = $1`, [command]);
      if (rowCount === 1) return 'repeated';
      const [row] = rows;
      if (row === undefined) return 'unknown';
      if (row.ended) return 'ended';
      if (!(await keepAnswer(client, command, [])))
        return (await keptAnswer(client, command)).length > 0 ? 'refused' : 'repeated';
      await client.query(`INSERT INTO executor.command (id, deployment_id, body) VALUES ($1, $2, $3)`, [
        command,
        body.deployment,
        JSON.stringify(body),
      ]);
      return 'stored';
    });
  }

  async refuse(command: string, problems: readonly Problem[]): Promise<readonly Problem[]> {
    return (await keepAnswer(this.pool, command, problems)) ? problems : keptAnswer(this.pool, command);
  }

  async unreadCommands(deployments: readonly string[]): Promise<ReadonlyMap<string, readonly StoredCommand[]>> {
    const { rows } = await this.pool.query<{ id: string; deployment_id: string; body: ControlDeployment }>(
      `SELECT id, deployment_id, body FROM executor.command WHERE deployment_id = ANY ($1::uuid[]) AND NOT is_read ORDER BY received_at, id`,
      [deployments],
    );
    const unread = new Map<string, StoredCommand[]>();
    for (const { id, deployment_id, body } of rows) {
      const list = unread.get(deployment_id);
      if (list) list.push({ id, body });
      else unread.set(deployment_id, [{ id, body }]);
    }
    return unread;
  }

  async takeOver(executor: string, leaseMs: number, most: number, all: boolean): Promise<readonly OwnedDeployment[]> {
    return withTransaction(this.pool, async (client) => {
      if (all) await client.query(`DELETE FROM executor.instance WHERE id <> $1`, [executor]);
      // What is left when its share is taken is looked at again at once: then without a share, and without its limit.
      const share = all ? most : await shareLeft(client, executor, leaseMs);
      const { rows } = await client.query<{
        id: string;
        epoch: number;
        transaction_id: string;
        start: StartDeployment;
        graph: Buffer;
        last_seq: number;
        published_seq: number;
      }>(
        `UPDATE executor.deployment SET owner = $1, epoch = epoch + 1, lease_until = clock_timestamp() + $2 * interval '1 millisecond'
          WHERE id IN (
            SELECT id FROM executor.deployment
             WHERE ended_at IS NULL AND ($4 OR CASE WHEN owner IS NULL
                  THEN $5 OR coalesce(lease_until, accepted_at) < clock_timestamp() - $6 * interval '1 millisecond'
                  ELSE lease_until < clock_timestamp() END)
             ORDER BY accepted_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING id, epoch, transaction_id, start, graph, last_seq, published_seq`,
        [executor, leaseMs, share > 0 ? Math.min(most, share) : most, all, share > 0, leaseMs * LEFT_TO_OTHERS_PART],
      );
      const taken: OwnedDeployment[] = [];
      for (const row of rows) {
        const tickets = await raiseTickets(client, row.transaction_id, row.start);
        taken.push({
          deployment: row.id,
          epoch: row.epoch,
          tickets,
          start: row.start,
          graph: row.graph,
          lastSeq: row.last_seq,
          published: row.published_seq,
        });
      }
      return taken;
    });
  }

  async renew(executor: string, leaseMs: number, held: ReadonlyMap<string, number>): Promise<Renewed> {
    const { rows } = await this.leases.query<{ still: string[]; may_take_over: boolean; may_publish: boolean }>(
      `WITH seen AS (
         INSERT INTO executor.instance (id, seen_at) VALUES ($1, clock_timestamp())
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at),
       renewed AS (
         UPDATE executor.deployment d SET lease_until = clock_timestamp() + $2 * interval '1 millisecond'
           FROM unnest($3::uuid[], $4::int[]) AS held (id, epoch)
          WHERE d.id = held.id AND d.epoch = held.epoch AND d.owner = $1 AND d.ended_at IS NULL
         RETURNING d.id)
       SELECT ARRAY(SELECT id::text FROM renewed) AS still,
         EXISTS (SELECT FROM executor.deployment
                  WHERE ended_at IS NULL AND (owner IS NULL OR lease_until < clock_timestamp())) AS may_take_over,
         EXISTS (SELECT FROM executor.deployment
                  WHERE published_seq < last_seq AND (owner IS NULL OR lease_until < clock_timestamp())) AS may_publish`,
      [executor, leaseMs, [...held.keys()], [...held.values()]],
    );
    const [found] = rows;
    invariant(found, 'a statement without a table has one row');
    return {
      still: new Set(found.still),
      mayTakeOver: found.may_take_over,
      mayPublish: found.may_publish,
    };
  }

  async leave(executor: string): Promise<void> {
    await this.leases.query(`DELETE FROM executor.instance WHERE id = $1`, [executor]);
  }

  async handOver(executor: string, deployment: string, epoch: number): Promise<void> {
    await this.leases.query(
      `UPDATE executor.deployment SET owner = NULL, lease_until = clock_timestamp() WHERE id = $1 AND owner = $2 AND epoch = $3`,
      [deployment, executor, epoch],
    );
  }

  async append(
    executor: string,
    deployment: string,
    epoch: number,
    events: readonly DeploymentEvent[],
    read: readonly string[],
    ended: { readonly status: string; readonly free: boolean } | null,
  ): Promise<AppendAnswer> {
    if (read.length === 0 && ended === null) return appendEvents(this.pool, executor, deployment, epoch, events, null);
    return withTransaction(this.pool, async (client) => {
      if (ended) {
        const unread = await unreadBeforeEnd(client, deployment, read);
        if (unread.length > 0) return { unread };
      }
      const answer = await appendEvents(client, executor, deployment, epoch, events, ended?.status ?? null);
      if (answer === 'fenced') return answer;
      if (read.length > 0)
        await client.query(`UPDATE executor.command SET is_read = true WHERE id = ANY ($1::uuid[])`, [read]);
      if (ended) await leavePools(client, deployment);
      if (ended?.free) await freeClaims(client, await transactionOf(client, deployment));
      return answer;
    });
  }

  settlePool(
    executor: string,
    deployment: string,
    epoch: number,
    pool: string,
    stand: { readonly held: number; readonly waiting: number },
  ): Promise<PoolAnswer> {
    return withTransaction(this.pool, (client) => settlePool(client, { executor, deployment, epoch }, pool, stand));
  }

  async setPool(project: string, pool: string, slots: number, version: number): Promise<void> {
    await withTransaction(this.pool, (client) => setPool(client, project, pool, slots, version));
  }

  pools(of: { readonly project: string } | { readonly deployment: string }): Promise<readonly PoolState[]> {
    return readPools(this.pool, of);
  }

  events(deployment: string, from: number, to: number): Promise<readonly DeploymentEvent[]> {
    return readEvents(this.pool, deployment, from, to);
  }

  async read(deployment: string): ReturnType<DeploymentStore['read']> {
    const { rows } = await this.pool.query<{
      graph: Buffer;
      lastSeq: number;
      owner: string | null;
      transaction: string;
      project: string;
      cluster: string;
    }>(
      `SELECT graph, last_seq AS "lastSeq", CASE WHEN lease_until >= clock_timestamp() THEN owner END AS owner, transaction_id AS transaction, project, cluster
         FROM executor.deployment WHERE id = $1`,
      [deployment],
    );
    return rows[0] ?? null;
  }

  async unpublished(most: number): Promise<readonly { deployment: string; published: number }[]> {
    const { rows } = await this.pool.query<{ id: string; published_seq: number }>(
      `SELECT id, published_seq FROM executor.deployment
        WHERE published_seq < last_seq AND (owner IS NULL OR lease_until < clock_timestamp()) ORDER BY id LIMIT $1`,
      [most],
    );
    return rows.map(({ id, published_seq }) => ({ deployment: id, published: published_seq }));
  }

  async markPublished(deployment: string, seq: number): Promise<void> {
    await this.pool.query(`UPDATE executor.deployment SET published_seq = $2 WHERE id = $1 AND published_seq < $2`, [
      deployment,
      seq,
    ]);
  }

  async identify(
    executor: string,
    deployment: string,
    epoch: number,
    machine: string,
    identity: string,
  ): Promise<IdentifiedAnswer> {
    const owner = { executor, deployment, epoch };
    const known = await knownTicket(this.pool, owner, machine, identity);
    if (known !== null) return { kind: 'identified', ticket: known };
    return this.#claiming((client) => identifyMachine(client, owner, machine, identity));
  }

  drawTicket(machine: string, identity: string): Promise<number | null> {
    return withTransaction(this.pool, (client) => drawTicket(client, machine, identity));
  }

  /** Of two that tell of one machine at once, the later one looks again, and finds the other. */
  async #claiming<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    try {
      return await withTransaction(this.pool, work);
    } catch (error) {
      if (isTwin(error)) return withTransaction(this.pool, work);
      throw error;
    }
  }

  async releaseTransaction(transaction: string, last: string | null): Promise<void> {
    await withTransaction(this.pool, (client) => freeClaims(client, transaction, last));
  }

  async closeTransaction(
    transaction: string,
    starts: readonly string[],
    deployments: readonly string[] | null,
    problems: readonly Problem[],
  ): Promise<void> {
    await withTransaction(this.pool, async (client) => {
      // First, since a start that is being accepted is waited for here, and found below.
      for (const start of starts) await keepAnswer(client, start, problems);
      await client.query(
        `WITH locked AS (
           SELECT id FROM executor.deployment
            WHERE transaction_id = $1 AND ended_at IS NULL AND ($2::uuid[] IS NULL OR id = ANY ($2)) ORDER BY id FOR UPDATE)
         UPDATE executor.deployment d
            SET ended_at = clock_timestamp(), status = 'cancelled', owner = NULL, lease_until = NULL, epoch = epoch + 1
           FROM locked WHERE d.id = locked.id`,
        [transaction, deployments],
      );
      await freeClaims(client, transaction);
    });
  }

  async executors(withinMs: number): Promise<readonly { id: string; seenAt: string; deployments: number }[]> {
    const { rows } = await this.pool.query<{ id: string; seen_at: Date; deployments: number }>(
      `SELECT i.id, i.seen_at, (SELECT count(*) FROM executor.deployment d WHERE d.owner = i.id AND d.ended_at IS NULL) AS deployments
         FROM executor.instance i WHERE i.seen_at > clock_timestamp() - $1 * interval '1 millisecond' ORDER BY i.id`,
      [withinMs],
    );
    return rows.map(({ id, seen_at, deployments }) => ({ id, seenAt: seen_at.toISOString(), deployments }));
  }
}

/** How many of the open deployments are still to come to this executor if those that are there share them; 0 for none. */
async function shareLeft(client: PoolClient, executor: string, leaseMs: number): Promise<number> {
  const { rows } = await client.query<{ executors: number; open: number; owned: number }>(
    `SELECT (SELECT count(*)::int + 1 FROM executor.instance
              WHERE id <> $1 AND seen_at > clock_timestamp() - $2 * interval '1 millisecond') AS executors,
            count(*)::int AS open,
            (count(*) FILTER (WHERE owner = $1 AND lease_until >= clock_timestamp()))::int AS owned
       FROM executor.deployment WHERE ended_at IS NULL`,
    [executor, leaseMs],
  );
  const { executors = 1, open = 0, owned = 0 } = rows[0] ?? {};
  return Math.max(Math.ceil(open / executors) - owned, 0);
}

/** Commands that nobody has read, but for `read`; until the caller's transaction ends no other can be put. */
async function unreadBeforeEnd(
  client: PoolClient,
  deployment: string,
  read: readonly string[],
): Promise<readonly StoredCommand[]> {
  await client.query(`SELECT FROM executor.deployment WHERE id = $1 FOR UPDATE`, [deployment]);
  const { rows } = await client.query<StoredCommand>(
    `SELECT id, body FROM executor.command WHERE deployment_id = $1 AND NOT is_read AND id <> ALL ($2::uuid[]) ORDER BY received_at, id`,
    [deployment, read],
  );
  return rows;
}

async function transactionOf(client: PoolClient, deployment: string): Promise<string> {
  const { rows } = await client.query<{ transaction_id: string }>(
    `SELECT transaction_id FROM executor.deployment WHERE id = $1`,
    [deployment],
  );
  return rows[0]?.transaction_id ?? '';
}

/** Rolls a claim back; carries what stands in its way. */
class ClaimRefused extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super('claim refused');
  }
}

async function readEvents(db: Pool, deployment: string, from: number, to: number): Promise<readonly DeploymentEvent[]> {
  const { rows } = await db.query<{ body: DeploymentEvent }>(
    `SELECT body FROM executor.event WHERE deployment_id = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq`,
    [deployment, from, to],
  );
  return rows.map(({ body }) => body);
}
