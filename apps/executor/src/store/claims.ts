import { problem, type Problem } from '@muster/problems';
import type { StartDeployment } from '@muster/protocol';
import type { PoolClient } from 'pg';

interface Claim {
  readonly machine: string;
  readonly transaction_id: string | null;
  readonly cluster: string | null;
  /** The name that the holder knows the machine by. */
  readonly node: string | null;
  readonly claimed_at: Date | null;
  readonly who: string | null;
}

/**
 * Claims every machine of the deployment for its transaction, all or nothing; each claim draws a larger ticket. Locks in
 * the order of machines, so that two claims never wait for each other in a circle. Answers with a problem per machine
 * that another transaction holds; the caller then rolls back.
 */
export async function claimNodes(client: PoolClient, start: StartDeployment): Promise<readonly Problem[]> {
  const byMachine = new Map(start.nodes.map((node) => [node.machine, node.name]));
  const machines = [...byMachine.keys()].sort();
  await client.query(
    `INSERT INTO executor.claim (machine, ticket) SELECT machine, 0 FROM unnest($1::text[]) AS machine ORDER BY machine ON CONFLICT (machine) DO NOTHING`,
    [machines],
  );
  const { rows } = await client.query<Claim>(
    `SELECT machine, transaction_id, cluster, node, claimed_at,
       (SELECT d.start->>'who' FROM executor.deployment d WHERE d.transaction_id = c.transaction_id ORDER BY d.accepted_at DESC LIMIT 1) AS who
     FROM executor.claim c WHERE machine = ANY ($1::text[]) ORDER BY machine FOR UPDATE OF c`,
    [machines],
  );
  const held = rows.filter(({ transaction_id }) => transaction_id !== null && transaction_id !== start.transaction);
  if (held.length > 0) {
    return held.map((claim) =>
      problem('DEPLOY_NODE_CLAIMED', {
        subject: `node ${byMachine.get(claim.machine) ?? claim.machine}`,
        summary: describeHolder(claim, byMachine.get(claim.machine)),
      }),
    );
  }
  await client.query(
    `UPDATE executor.claim SET ticket = ticket + 1, transaction_id = $2, cluster = $3, claimed_at = clock_timestamp(), node = claimed.node
       FROM unnest($1::text[], $4::text[]) AS claimed (machine, node) WHERE claim.machine = claimed.machine`,
    [machines, start.transaction, start.cluster, machines.map((machine) => byMachine.get(machine))],
  );
  return [];
}

function describeHolder({ transaction_id, cluster, node, claimed_at, who }: Claim, name: string | undefined): string {
  const by = who === null ? '' : `, started by ${who}`;
  const since = claimed_at === null ? '' : `, since ${claimed_at.toISOString()}`;
  // Two names of one machine: it is known by its host key.
  const as = node === null || node === name ? '' : `, which knows the same machine as node ${node}`;
  return `claimed by transaction ${transaction_id} of cluster ${cluster}${by}${since}${as}`;
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

/** Frees what a transaction holds, locking in everybody's order; tickets stay, since they only grow. */
export async function freeClaims(client: PoolClient, transaction: string): Promise<void> {
  await client.query(
    `WITH locked AS (SELECT machine FROM executor.claim WHERE transaction_id = $1 ORDER BY machine FOR UPDATE)
     UPDATE executor.claim SET transaction_id = NULL, cluster = NULL, node = NULL, claimed_at = NULL
       FROM locked WHERE claim.machine = locked.machine`,
    [transaction],
  );
}
