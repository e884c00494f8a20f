import { problem, ProblemsError } from '@muster/problems';
import { type EntityManager, In, MoreThan } from 'typeorm';
import { ClusterRow } from '../clusters/cluster.entity';
import { CURSOR_PART, type Page, pageOf, readCursor } from '../http/paging';
import type { NodeDto } from './node.dto';
import { NodeRow } from './node.entity';

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

/** Nodes by name. */
export async function listNodes(
  on: EntityManager,
  project: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Page<NodeDto>> {
  const after = readCursor(page.cursor, CURSOR_PART.name)?.[0];
  const rows = await on.find(NodeRow, {
    where: { project, ...(after === undefined ? {} : { name: MoreThan(after) }) },
    order: { name: 'ASC' },
    take: page.limit + 1,
  });
  const clusters = await clusterNames(on, rows);
  return pageOf(
    rows,
    page.limit,
    (row) => [row.name],
    (row) => nodeView(row, clusters),
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
    roles: row.roles,
    tags: row.tags,
    attributes: row.attributes,
    facts: row.facts,
    factsAt: row.factsAt?.toISOString() ?? null,
    registeredAt: row.registeredAt.toISOString(),
  };
}
