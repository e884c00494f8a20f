import type { IdentifiedAnswer } from '@muster/execution';
import { problem, type Problem } from '@muster/problems';
import type { StartDeployment } from '@muster/protocol';
import type { Pool, PoolClient } from 'pg';

interface Claim {
  readonly machine: string;
  readonly ticket: number;
  /** What the machine said it was when it last answered under this name; null: never asked. */
  readonly identity: string | null;
  readonly transaction_id: string | null;
  readonly cluster: string | null;
  /** The name that the holder knows the machine by. */
  readonly node: string | null;
  readonly claimed_at: Date | null;
  readonly who: string | null;
  /** Of the holder; null: nobody holds it. */
  readonly project: string | null;
}

const CLAIMS = `SELECT machine, ticket, identity, transaction_id, cluster, node, claimed_at,
    (SELECT d.start->>'who' FROM executor.deployment d WHERE d.transaction_id = c.transaction_id ORDER BY d.accepted_at DESC LIMIT 1) AS who,
    (SELECT d.project FROM executor.deployment d WHERE d.transaction_id = c.transaction_id LIMIT 1) AS project
  FROM executor.claim c`;

/**
 * Claims every machine that the deployment uses for its transaction, all or nothing; each claim draws a larger ticket. Locks in
 * the order of machines, so that two claims never wait for each other in a circle. Answers with a problem per machine
 * that another transaction holds; the caller then rolls back.
 */
export async function claimNodes(client: PoolClient, start: StartDeployment): Promise<readonly Problem[]> {
  const used = start.nodes.filter(({ isOnlyJump }) => isOnlyJump !== true);
  const byMachine = new Map(used.map((node) => [node.machine, node.name]));
  const machines = [...byMachine.keys()].sort();
  await client.query(
    `INSERT INTO executor.claim (machine, ticket) SELECT machine, 0 FROM unnest($1::text[]) AS machine ORDER BY machine ON CONFLICT (machine) DO NOTHING`,
    [machines],
  );
  const { rows } = await client.query<Claim>(
    `${CLAIMS} WHERE machine = ANY ($1::text[]) ORDER BY machine FOR UPDATE OF c`,
    [machines],
  );
  const identities = rows.flatMap(({ identity }) => identity ?? []);
  // Not locked, since that would be out of order: of two claims at once the index lets one pass.
  const { rows: twins } = await client.query<Claim>(
    `${CLAIMS} WHERE identity = ANY ($1::text[]) AND machine <> ALL ($2::text[]) AND transaction_id IS NOT NULL`,
    [identities, machines],
  );
  const problems = rows.flatMap((own) => {
    const { machine, identity } = own;
    const isHeld = own.transaction_id !== null && own.transaction_id !== start.transaction;
    const holder = isHeld ? own : identity === null ? undefined : twins.find((twin) => twin.identity === identity);
    const name = byMachine.get(machine) ?? machine;
    return holder
      ? [
          problem('DEPLOY_NODE_CLAIMED', {
            subject: `node ${name}`,
            summary: `claimed by ${describeHolder(holder, start.project, name)}`,
          }),
        ]
      : [];
  });
  if (problems.length > 0) return problems;
  await client.query(
    `UPDATE executor.claim SET transaction_id = $2, cluster = $3, claimed_at = clock_timestamp(), node = claimed.node,
            ticket = 1 + CASE WHEN identity = ANY ($5::text[]) THEN (SELECT max(ticket) FROM executor.claim t WHERE t.identity = claim.identity) ELSE ticket END,
            identity = CASE WHEN identity = ANY ($5::text[]) THEN NULL ELSE identity END
       FROM unnest($1::text[], $4::text[]) AS claimed (machine, node) WHERE claim.machine = claimed.machine`,
    [
      machines,
      start.transaction,
      start.cluster,
      machines.map((machine) => byMachine.get(machine)),
      // One of them was another machine's meanwhile, or both are one: the machines themselves are asked again.
      identities.filter((identity, index) => identities.indexOf(identity) !== index),
    ],
  );
  return [];
}

/** Of another project's holder nothing is told but that it is one; nor of one whose project is not known any more. */
function describeHolder(holder: Claim, project: string, name: string | undefined): string {
  const { transaction_id, cluster, node, claimed_at, who } = holder;
  const since = claimed_at === null ? '' : `, since ${claimed_at.toISOString()}`;
  if (holder.project !== project) return `a transaction of another project${since}`;
  const by = who === null ? '' : `, started by ${who}`;
  const as = node === null || node === name ? '' : `, which knows the same machine as node ${node}`;
  return `transaction ${transaction_id} of cluster ${cluster}${by}${since}${as}`;
}

/**
 * The ticket of a machine that is what its claim says already, as after any deployment before; null: it is to be told. Locks
 * nothing, since it changes nothing: while a claim is held nobody else's may have its identity.
 */
export async function knownTicket(
  db: Pool,
  owner: { readonly executor: string; readonly deployment: string; readonly epoch: number },
  machine: string,
  identity: string,
): Promise<number | null> {
  const { rows } = await db.query<{ ticket: number }>(
    `SELECT c.ticket FROM executor.claim c
       JOIN executor.deployment d ON d.id = $1 AND d.owner = $2 AND d.epoch = $3 AND d.ended_at IS NULL AND d.transaction_id = c.transaction_id
      WHERE c.machine = $4 AND c.identity = $5
        AND NOT EXISTS (SELECT FROM executor.claim o WHERE o.identity = $5 AND o.machine <> $4)`,
    [owner.deployment, owner.executor, owner.epoch, machine, identity],
  );
  return rows[0]?.ticket ?? null;
}

/** Of the deployment's own claim, and of no older owner; see the port. Fails as `isTwin` says if two are told at once. */
export async function identifyMachine(
  client: PoolClient,
  owner: { readonly executor: string; readonly deployment: string; readonly epoch: number },
  machine: string,
  identity: string,
): Promise<IdentifiedAnswer> {
  const { rows: owned } = await client.query<{ transaction_id: string; project: string }>(
    `SELECT transaction_id, project FROM executor.deployment WHERE id = $1 AND owner = $2 AND epoch = $3 AND ended_at IS NULL FOR SHARE`,
    [owner.deployment, owner.executor, owner.epoch],
  );
  const [mine] = owned;
  if (mine === undefined) return { kind: 'fenced' };
  const claims = await claimsOf(client, machine, identity);
  const own = claims.find((claim) => claim.machine === machine);
  if (own?.transaction_id !== mine.transaction_id) return { kind: 'fenced' };
  const others = claims.filter((claim) => claim !== own);
  // The same node under the host key that it had before this transaction made it anew: an earlier graph's claim.
  const earlier = others.filter(
    ({ transaction_id, node }) => transaction_id === mine.transaction_id && node !== null && node === own.node,
  );
  const holder = others.find((other) => other.transaction_id !== null && !earlier.includes(other));
  if (holder) return { kind: 'claimed', by: describeHolder(holder, mine.project, own.node ?? undefined) };
  await client.query(
    `UPDATE executor.claim SET transaction_id = NULL, cluster = NULL, node = NULL, claimed_at = NULL WHERE machine = ANY ($1::text[])`,
    [earlier.map((claim) => claim.machine)],
  );
  const ticket = Math.max(own.ticket, ...others.map((other) => other.ticket + 1));
  await client.query(`UPDATE executor.claim SET identity = $2, ticket = $3 WHERE machine = $1`, [
    machine,
    identity,
    ticket,
  ]);
  return { kind: 'identified', ticket };
}

/** A ticket past all that the machine has seen, for a node that nobody claims; null: somebody does. */
export async function drawTicket(client: PoolClient, machine: string, identity: string): Promise<number | null> {
  await client.query(`INSERT INTO executor.claim (machine, ticket) VALUES ($1, 0) ON CONFLICT (machine) DO NOTHING`, [
    machine,
  ]);
  const claims = await claimsOf(client, machine, identity);
  if (claims.some(({ transaction_id }) => transaction_id !== null)) return null;
  const ticket = 1 + Math.max(...claims.map((claim) => claim.ticket));
  await client.query(`UPDATE executor.claim SET identity = $2, ticket = $3 WHERE machine = $1`, [
    machine,
    identity,
    ticket,
  ]);
  return ticket;
}

/** Whether it was refused since another claim of the same machine was stored at the same time: it is to be tried again. */
export function isTwin(error: unknown): boolean {
  return (error as { constraint?: string }).constraint === 'claim_identity_held';
}

async function claimsOf(client: PoolClient, machine: string, identity: string): Promise<readonly Claim[]> {
  const { rows } = await client.query<Claim>(
    `${CLAIMS} WHERE machine = $1 OR identity = $2 ORDER BY machine FOR UPDATE OF c`,
    [machine, identity],
  );
  return rows;
}

/** A new owner draws larger tickets, so that on the nodes nothing older can start. Answers with the ticket of each machine. */
export async function raiseTickets(
  client: PoolClient,
  transaction: string,
  start: StartDeployment,
): Promise<ReadonlyMap<string, number>> {
  const machines = [...new Set(start.nodes.map(({ machine }) => machine))].sort();
  const { rows } = await client.query<{ machine: string; ticket: number }>(
    `WITH locked AS (SELECT machine FROM executor.claim WHERE machine = ANY ($1::text[]) AND transaction_id = $2 ORDER BY machine FOR UPDATE)
     UPDATE executor.claim SET ticket = claim.ticket + 1 FROM locked WHERE claim.machine = locked.machine RETURNING claim.machine, claim.ticket`,
    [machines, transaction],
  );
  return new Map(rows.map(({ machine, ticket }) => [machine, ticket]));
}

/**
 * Frees what a transaction holds, locking in everybody's order, unless it has an open deployment or one that was accepted
 * after `last`; tickets stay, since they only grow. A further run that is being accepted is waited for by the locks, and seen by the statement after them.
 */
export async function freeClaims(client: PoolClient, transaction: string, last: string | null = null): Promise<void> {
  await client.query(`SELECT FROM executor.claim WHERE transaction_id = $1 ORDER BY machine FOR UPDATE`, [transaction]);
  await client.query(
    `UPDATE executor.claim SET transaction_id = NULL, cluster = NULL, node = NULL, claimed_at = NULL
      WHERE transaction_id = $1
        AND NOT EXISTS (SELECT FROM executor.deployment d WHERE d.transaction_id = $1 AND d.ended_at IS NULL)
        AND NOT EXISTS (SELECT FROM executor.deployment d JOIN executor.deployment l ON l.id = $2 AND l.transaction_id = $1
                         WHERE d.transaction_id = $1 AND d.accepted_at > l.accepted_at)`,
    [transaction, last],
  );
}
