import { createHash } from 'node:crypto';
import { withFingerprints } from '@muster/catalog';
import { canonicalJson, type JsonObject, type OwnDriver } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { type EntityManager, In } from 'typeorm';
import { ClusterRow } from '../clusters/cluster.entity';
import { CURSOR_PART, type Page, pageOf, readCursor } from '../http/paging';
import type { NodeDto } from './node.dto';
import { NodeRow } from './node.entity';
import type { NodeState } from './node-states';

/** Throws `API_NOT_FOUND`. */
export async function findNode(
  on: EntityManager,
  project: string,
  name: string,
  lock?: 'pessimistic_write',
): Promise<NodeRow> {
  const row = await on.findOne(NodeRow, {
    where: { project, name },
    ...(lock === undefined ? {} : { lock: { mode: lock } }),
  });
  if (row !== null) return row;
  throw new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `node ${name}`,
      summary: 'There is no such node.',
      remedy: '`muster node list` shows what is registered.',
    }),
  ]);
}

export interface NodeFilter {
  readonly state?: readonly NodeState[];
  readonly role?: string;
  /** One that is written for the node, or else a role of that name. */
  readonly tag?: string;
  readonly label?: string;
  /** Name of a cluster; empty: in none. */
  readonly cluster?: string;
  readonly online?: boolean;
  /** A part of name, address or host name, whatever the case. */
  readonly text?: string;
}

/** Nodes by name, without their facts. */
export async function listNodes(
  on: EntityManager,
  project: string,
  filter: NodeFilter,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<Omit<NodeDto, 'facts'>>> {
  const after = readCursor(page.cursor, CURSOR_PART.name)?.[0];
  const query = on
    .createQueryBuilder(NodeRow, 'n')
    .where('n.project = :project', { project })
    .orderBy('n.name', 'ASC')
    .take(page.limit + 1);
  const { state, role, tag, label, cluster, online, text } = filter;
  if (after !== undefined) query.andWhere('n.name > :after', { after });
  if (state !== undefined) query.andWhere('n.state = ANY (:state)', { state });
  if (role !== undefined) query.andWhere(':role = ANY (n.roles)', { role });
  if (tag !== undefined) query.andWhere(':tag = ANY (coalesce(n.tags, n.roles))', { tag });
  if (label !== undefined) query.andWhere(':label = ANY (n.labels)', { label });
  if (online !== undefined) query.andWhere('n.online = :online', { online });
  if (cluster === '') query.andWhere('n.clusterId IS NULL');
  else if (cluster !== undefined)
    query.andWhere(
      'n.clusterId = (SELECT c.id FROM planner.cluster c WHERE c.project = :project AND c.name = :cluster)',
      { project, cluster },
    );
  if (text !== undefined)
    query.andWhere(
      "strpos(lower(n.name || ' ' || coalesce(n.address, '') || ' ' || coalesce(n.facts->>'hostname', '')), lower(:text)) > 0",
      { text },
    );
  const rows = await query.getMany();
  const clusters = await clusterNames(on, rows);
  return pageOf(
    rows,
    page.limit,
    (row) => [row.name],
    (row) => {
      const { facts: _, ...view } = nodeView(row, clusters);
      return view;
    },
  );
}

/** The names of the clusters that the nodes are in, by id. */
export async function clusterNames(on: EntityManager, rows: readonly NodeRow[]): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(rows.flatMap((row) => (row.clusterId === null ? [] : [row.clusterId])))];
  const clusters = ids.length === 0 ? [] : await on.findBy(ClusterRow, { id: In(ids) });
  return new Map(clusters.map((cluster) => [cluster.id, cluster.name]));
}

/** As the API shows it: that there is a key, never the key. */
export function nodeView(row: NodeRow, clusters: ReadonlyMap<string, string>): NodeDto {
  return {
    name: row.name,
    address: row.address,
    port: row.port,
    user: row.user,
    become: row.become,
    jump: row.jump,
    stateDir: row.stateDir,
    hostKey: row.hostKey,
    hasIdentity: row.identity !== null,
    cluster: row.clusterId === null ? null : (clusters.get(row.clusterId) ?? null),
    state: row.state,
    stateSince: row.stateSince.toISOString(),
    online: row.online,
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    labels: row.labels,
    hasDriver: row.driver !== null,
    profile: row.profile,
    roles: row.roles,
    tags: row.tags,
    attributes: row.attributes,
    facts: row.facts,
    factsAt: row.factsAt?.toISOString() ?? null,
    registeredAt: row.registeredAt.toISOString(),
    etag: nodeEtag(row),
  };
}

/** One node by its name. Throws `API_NOT_FOUND`. */
export async function showNode(on: EntityManager, project: string, name: string): Promise<NodeDto> {
  const row = await findNode(on, project, name);
  return nodeView(row, await clusterNames(on, [row]));
}

/** Of what people write of a node and the state that it is in; of a sealed secret its fingerprint counts. */
export function nodeEtag(row: NodeRow): string {
  const { id, address, port, user, become, jump, stateDir, hostKey, clusterId, roles, tags, labels, profile, state } =
    row;
  const key = row.identity?.$sealed.fingerprint ?? null;
  const driver = row.driver === null ? null : driverFingerprint(row.driver);
  const written = [id, address, port, user, become, jump, stateDir, hostKey, key, clusterId, roles, tags, labels];
  return createHash('sha256')
    .update(canonicalJson([...written, profile, state, driver]))
    .digest('hex')
    .slice(0, 32);
}

function driverFingerprint(driver: OwnDriver): JsonObject {
  return withFingerprints({ ...driver } as JsonObject);
}
