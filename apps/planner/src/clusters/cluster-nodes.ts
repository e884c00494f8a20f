import { randomUUID } from 'node:crypto';
import { canonicalJson, type ClusterNode, type SecretBox, SecretValue } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import { type EntityManager, In } from 'typeorm';
import { rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { NodeRow } from '../nodes/node.entity';
import { moveNodes } from '../nodes/move-nodes';
import { writeHistory } from '../nodes/node-history';
import { refuseNodesInUse } from '../nodes/nodes-in-use';
import type { UnknownNode } from '../nodes/scan-host-keys';
import { ClusterRow } from './cluster.entity';
import type { CheckedCluster } from './read-cluster';

/** What is known of the nodes that a cluster file of a project names, by name. */
export async function knownNodes(
  on: EntityManager,
  project: string,
  names: readonly string[],
): Promise<Map<string, NodeRow>> {
  const rows = names.length === 0 ? [] : await on.findBy(NodeRow, { project, name: In([...names]) });
  return new Map(rows.map((row) => [row.name, row]));
}

/** Locks them in one order, so that two who write the same nodes do not wait for each other. */
export async function lockKnownNodes(on: EntityManager, project: string, names: readonly string[]): Promise<void> {
  await rowsOf(on, 'SELECT 1 FROM planner.node WHERE project = $1 AND name = ANY ($2::text[]) ORDER BY id FOR UPDATE', [
    project,
    names,
  ]);
}

/** The nodes that have an address, by the file or by what is known, but no accepted host key. */
export function withoutHostKey({ spec, placeOf }: CheckedCluster, known: ReadonlyMap<string, NodeRow>): UnknownNode[] {
  return spec.nodes.flatMap(({ name, access }) => {
    const row = known.get(name);
    const address = access.address ?? row?.address ?? null;
    if (address === null || access.hostKey !== undefined || (row?.hostKey ?? null) !== null) return [];
    const place = placeOf(['nodes', name]);
    return [{ name, address, port: access.port ?? row?.port ?? 22, jump: access.jump ?? row?.jump ?? null, place }];
  });
}

/** Warnings about what a deployment will refuse; a plan needs none of it. */
export function missingForDeploy(
  { spec, placeOf }: CheckedCluster,
  known: ReadonlyMap<string, NodeRow>,
  identities: Readonly<Record<string, string>>,
): Problem[] {
  return spec.nodes.flatMap(({ name, access }) => {
    const row = known.get(name);
    const told = (code: 'NODE_ADDRESS_MISSING' | 'NODE_IDENTITY_MISSING', summary: string) =>
      problem(code, { subject: `node ${name}`, summary, severity: 'warning', place: placeOf(['nodes', name]) });
    if ((access.address ?? row?.address ?? null) === null)
      return [told('NODE_ADDRESS_MISSING', 'It has no address yet, so it can be planned for but not deployed to.')];
    if (!Object.hasOwn(identities, name) && (row?.identity ?? null) === null) {
      return [
        told(
          'NODE_IDENTITY_MISSING',
          'There is no private key for its login yet, so it can be planned for but not deployed to.',
        ),
      ];
    }
    return [];
  });
}

/** Throws `CLUSTER_NODE_TAKEN` for every node that belongs to another cluster, `NODE_STATE` for those that are retired. */
export async function refuseTakenNodes(
  on: EntityManager,
  clusterId: string | null,
  { placeOf }: CheckedCluster,
  known: ReadonlyMap<string, NodeRow>,
): Promise<void> {
  const retired = [...known.values()].filter((row) => row.state === 'retired');
  if (retired.length > 0)
    throw new ProblemsError(
      retired.map(({ name }) =>
        problem('NODE_STATE', {
          subject: `node ${name}`,
          summary: 'It is retired.',
          remedy: 'Take another one, or bring it back with `muster node restore`.',
          place: placeOf(['nodes', name]),
        }),
      ),
    );
  const taken = [...known.values()].filter((row) => row.clusterId !== null && row.clusterId !== clusterId);
  if (taken.length === 0) return;
  const owners = await on.findBy(ClusterRow, { id: In(taken.map((row) => row.clusterId)) });
  const names = new Map(owners.map((owner) => [owner.id, owner.name]));
  throw new ProblemsError(
    taken.map((row) =>
      problem('CLUSTER_NODE_TAKEN', {
        subject: `node ${row.name}`,
        summary: `It belongs to cluster ${names.get(row.clusterId ?? '') ?? ''}.`,
        place: placeOf(['nodes', row.name]),
      }),
    ),
  );
}

/** Writes what the file says of its nodes, and lets go of those that it no longer names. What it does not say stays. */
export async function writeNodes(
  on: EntityManager,
  secretBox: SecretBox,
  cluster: Pick<ClusterRow, 'id' | 'project'>,
  nodes: readonly ClusterNode[],
  known: ReadonlyMap<string, NodeRow>,
  given: { readonly identities: Readonly<Record<string, string>>; readonly hostKeys: ReadonlyMap<string, string> },
  who: string,
): Promise<void> {
  const ids: string[] = [];
  for (const node of nodes) {
    const row = known.get(node.name);
    if (row === undefined || !isWritten(row, cluster.id, node, given))
      ids.push(await writeNode(on, secretBox, cluster, node, row, given));
  }
  await moveNodes(on, ids, 'enrol', { who });
  const already = new Set([...known.values()].filter((row) => row.clusterId === cluster.id).map((row) => row.id));
  await tellAssigned(
    on,
    cluster.id,
    ids.filter((id) => !already.has(id)),
    who,
  );
  await letNodesGo(
    on,
    cluster.id,
    nodes.map((node) => node.name),
    who,
  );
  const fresh = nodes.filter((node) => !known.has(node.name));
  await writeFeedEvents(
    on,
    cluster.project,
    fresh.map((node) => ({
      type: 'node.registered',
      at: null,
      subject: { node: node.name },
      data: { address: node.access.address ?? null },
    })),
  );
}

/** True if writing the node again would change nothing: most edits are about none of them. */
function isWritten(
  row: NodeRow,
  clusterId: string,
  { name, access, roles, tags }: ClusterNode,
  { identities, hostKeys }: { identities: Readonly<Record<string, string>>; hostKeys: ReadonlyMap<string, string> },
): boolean {
  if (Object.hasOwn(identities, name) || hostKeys.has(name) || row.clusterId !== clusterId) return false;
  const { identityFile: _local, ...told } = access;
  const isSame = Object.entries(told).every(([key, value]) => row[key as keyof typeof told] === value);
  return isSame && canonicalJson([row.roles, row.tags]) === canonicalJson([roles, tags]);
}

/**
 * Takes a cluster's nodes out of it, but for those to `keep`: roles, tags and attributes were the cluster's word. Throws
 * `NODE_IN_TRANSACTION` for each that a transaction uses which has not ended.
 */
export async function letNodesGo(
  on: EntityManager,
  clusterId: string,
  keep: readonly string[],
  who: string,
): Promise<void> {
  const leaving = await rowsOf<{ id: string; name: string; project: string }>(
    on,
    'SELECT id, name, project FROM planner.node WHERE cluster_id = $1 AND name <> ALL ($2::text[]) ORDER BY id FOR UPDATE',
    [clusterId, keep],
  );
  if (leaving.length === 0) return;
  await refuseNodesInUse(on, leaving);
  const ids = leaving.map(({ id }) => id);
  await rowsOf(
    on,
    `UPDATE planner.node SET cluster_id = NULL, roles = '{}', tags = NULL, attributes = '{}'
     WHERE id = ANY ($1::uuid[]) RETURNING 1`,
    [ids],
  );
  const { name: cluster } = await on.findOneByOrFail(ClusterRow, { id: clusterId });
  await writeHistory(
    on,
    ids.map((nodeId) => ({ nodeId, kind: 'unassigned', who, data: { cluster } })),
  );
  await moveNodes(on, ids, 'release', { who });
}

async function tellAssigned(on: EntityManager, clusterId: string, ids: readonly string[], who: string): Promise<void> {
  if (ids.length === 0) return;
  const { name: cluster } = await on.findOneByOrFail(ClusterRow, { id: clusterId });
  await writeHistory(
    on,
    ids.map((nodeId) => ({ nodeId, kind: 'assigned', who, data: { cluster } })),
  );
}

async function writeNode(
  on: EntityManager,
  secretBox: SecretBox,
  cluster: Pick<ClusterRow, 'id' | 'project'>,
  { name, access, roles, tags }: ClusterNode,
  row: NodeRow | undefined,
  {
    identities,
    hostKeys,
  }: { readonly identities: Readonly<Record<string, string>>; readonly hostKeys: ReadonlyMap<string, string> },
): Promise<string> {
  const id = row?.id ?? randomUUID();
  const key = Object.hasOwn(identities, name) ? identities[name] : undefined;
  await on.save(NodeRow, {
    id,
    project: cluster.project,
    name,
    clusterId: cluster.id,
    address: access.address ?? row?.address ?? null,
    port: access.port ?? row?.port ?? 22,
    user: access.user ?? row?.user ?? 'root',
    become: access.become ?? row?.become ?? 'none',
    jump: access.jump ?? row?.jump ?? null,
    stateDir: access.stateDir ?? row?.stateDir ?? null,
    hostKey: access.hostKey ?? row?.hostKey ?? hostKeys.get(name) ?? null,
    identity: sameIdentity(secretBox, row, key),
    roles: [...roles],
    tags: tags === null ? null : [...tags],
  });
  return id;
}

/** The key that is kept, unless another one was given: sealing the same again would only be another envelope. */
function sameIdentity(secretBox: SecretBox, row: NodeRow | undefined, key: string | undefined): NodeRow['identity'] {
  const kept = row?.identity ?? null;
  if (key === undefined) return kept;
  const sealed = secretBox.seal(new SecretValue(key));
  return kept?.$sealed.fingerprint === sealed.$sealed.fingerprint ? kept : sealed;
}
