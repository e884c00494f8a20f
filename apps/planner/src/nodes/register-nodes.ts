import { randomUUID } from 'node:crypto';
import { byCodeUnit, type SecretBox, SecretValue } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { type DataSource, type EntityManager, In, QueryFailedError } from 'typeorm';
import type { Bus } from '@muster/messaging';
import { rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { afterwards, checkRegistration, type KnownNode } from './check-registration';
import { findNodesWithJumps } from './find-nodes';
import { requireMatch } from '../http/etag';
import { moveNodes } from './move-nodes';
import type { RegisterNodeDto } from './register-node.dto';
import { NodeRow } from './node.entity';
import { writeHistory } from './node-history';
import { nodeEtag } from './node-view';
import type { ReadRegistration } from './read-registration';
import { type AcceptedHostKey, scanHostKeys, type UnknownNode } from './scan-host-keys';

/** What became of one node of a list. */
export interface NodeChange {
  readonly node: string;
  readonly created: boolean;
  /** Names of fields, as they are sent. */
  readonly changed: readonly string[];
}

export interface RegisteredNodes {
  readonly rows: readonly NodeRow[];
  readonly changes: readonly NodeChange[];
  readonly accepted: readonly AcceptedHostKey[];
}

/**
 * Registers machines, all of them or none; of one that is known, what is given is written and the rest stays. Throws
 * everything that is wrong with the list; host keys are looked at once nothing else is.
 */
export async function registerNodes(
  parts: { readonly database: DataSource; readonly bus: Bus; readonly secretBox: SecretBox },
  project: string,
  { nodes, acceptHostKeys, isList, problems: faults }: ReadRegistration,
  who: string,
  ifMatch: string | null = null,
): Promise<RegisteredNodes> {
  const { manager } = parts.database;
  const known = await findNodesWithJumps(
    manager,
    project,
    nodes.flatMap(({ name, jump = null }) => (jump === null ? [name] : [name, jump])),
  );
  const problems = [
    ...faults,
    ...checkRegistration(nodes, known, await sharing(manager, project, nodes, known), isList),
  ];
  if (problems.length > 0) throw new ProblemsError(problems);
  matchOne(ifMatch, nodes, known);
  const scanned = await scanHostKeys(
    { on: manager, bus: parts.bus },
    project,
    unknownOf(nodes, known, isList),
    acceptHostKeys,
  );
  if (scanned.problems.length > 0) throw new ProblemsError(scanned.problems);
  const keys = new Map(scanned.accepted.map((each) => [each.node, each.hostKey]));
  const given = nodes.map((node) => {
    const seen = keys.get(node.name);
    return seen === undefined ? node : { ...node, hostKey: seen };
  });
  const written = await againIfThere(parts.database, async (on) => {
    const there = await lockNodes(on, project, given);
    // Again under the lock, and with the keys that were seen: somebody may have registered one of them meanwhile.
    const again = checkRegistration(given, there, await sharing(on, project, given, there), isList);
    if (again.length > 0) throw new ProblemsError(again);
    matchOne(ifMatch, nodes, there);
    return writeAll(on, parts.secretBox, project, given, there, who);
  });
  return { ...written, accepted: scanned.accepted };
}

/** `If-Match` is of one node: of a list it would have to be one each. */
function matchOne(
  ifMatch: string | null,
  nodes: readonly RegisterNodeDto[],
  there: ReadonlyMap<string, NodeRow>,
): void {
  if (ifMatch === null) return;
  const [node] = nodes;
  if (node === undefined || nodes.length > 1)
    throw new ProblemsError([
      problem('API_INVALID', { subject: 'the header If-Match', summary: 'It is for a request about one node.' }),
    ]);
  const row = there.get(node.name);
  requireMatch(ifMatch, row === undefined ? null : nodeEtag(row), `node ${node.name}`);
}

/** How often somebody else may have written a node of the same name between our look and our write. */
const TRIES_MAX = 3;

/** Runs it in a database transaction; again where meanwhile somebody made what it was about to make. */
async function againIfThere<T>(database: DataSource, write: (on: EntityManager) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await database.transaction(write);
    } catch (error) {
      const isThere = error instanceof QueryFailedError && /node_name_unique/.test(error.message);
      if (!isThere || tries === TRIES_MAX) throw error;
    }
  }
}

/** The nodes that have the address or host key of one of the list and are not in it. */
async function sharing(
  on: EntityManager,
  project: string,
  nodes: readonly RegisterNodeDto[],
  known: ReadonlyMap<string, NodeRow>,
): Promise<readonly KnownNode[]> {
  const will = afterwards(nodes, known);
  return rowsOf<KnownNode>(
    on,
    `SELECT name, address, port, jump, host_key AS "hostKey" FROM planner.node
     WHERE project = $1 AND name <> ALL ($2::text[]) AND state <> 'retired'
       AND (port = ANY ($3::int[]) AND address IS NOT NULL OR host_key = ANY ($4::text[]))`,
    [
      project,
      will.map(({ name }) => name),
      will.map(({ port }) => port).filter((port) => Number.isInteger(port) && port > 0 && port < 65_536),
      will.flatMap(({ hostKey }) => (hostKey === null ? [] : [hostKey])),
    ],
  );
}

function unknownOf(
  nodes: readonly RegisterNodeDto[],
  known: ReadonlyMap<string, NodeRow>,
  isList: boolean,
): UnknownNode[] {
  return afterwards(nodes, known).flatMap(({ name, address, port, jump, hostKey }, index) =>
    address === null || hostKey !== null
      ? []
      : [{ name, address, port, jump, place: { path: isList ? `nodes.${index}.hostKey` : 'hostKey' } }],
  );
}

/** Those that are there, locked in one order, so that two who write the same nodes do not wait for each other. */
async function lockNodes(
  on: EntityManager,
  project: string,
  nodes: readonly RegisterNodeDto[],
): Promise<Map<string, NodeRow>> {
  const names = nodes.flatMap(({ name, jump = null }) => (jump === null ? [name] : [name, jump]));
  const rows = await on.find(NodeRow, {
    where: { project, name: In(names) },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  const found = await findNodesWithJumps(on, project, names);
  return new Map([...found, ...rows.map((row) => [row.name, row] as const)]);
}

async function writeAll(
  on: EntityManager,
  secretBox: SecretBox,
  project: string,
  nodes: readonly RegisterNodeDto[],
  there: ReadonlyMap<string, NodeRow>,
  who: string,
): Promise<Omit<RegisteredNodes, 'accepted'>> {
  const written = nodes.map((node) => {
    const before = there.get(node.name) ?? null;
    const row = on.create(NodeRow, {
      ...(before ?? newNode(project, node.name)),
      ...fieldsOf(secretBox, node, before),
    });
    return { row, created: before === null, changed: before === null ? [] : changedFields(before, row) };
  });
  await on.save(
    NodeRow,
    written.filter(({ created, changed }) => created || changed.length > 0).map(({ row }) => row),
    { chunk: 500 },
  );
  const told = written.filter(({ created, changed }) => created || changed.length > 0);
  await writeHistory(
    on,
    told.map(({ row, created, changed }) => ({
      nodeId: row.id,
      kind: created ? 'registered' : 'changed',
      who,
      data: created ? { address: row.address } : { changed },
    })),
  );
  await writeFeedEvents(
    on,
    project,
    told.map(({ row, created, changed }) => ({
      type: created ? 'node.registered' : 'node.changed',
      at: null,
      subject: { node: row.name },
      data: created ? { address: row.address, who } : { changed, who },
    })),
  );
  const keyed = written.filter(({ row }) => row.hostKey !== null && row.state === 'new');
  await moveNodes(
    on,
    keyed.map(({ row }) => row.id),
    'enrol',
    { who },
  );
  const rows = await on.findBy(NodeRow, { id: In(written.map(({ row }) => row.id)) });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    rows: written.map(({ row }) => byId.get(row.id) ?? row),
    changes: written.map(({ row, created, changed }) => ({ node: row.name, created, changed })),
  };
}

function newNode(project: string, name: string): Partial<NodeRow> {
  return {
    id: randomUUID(),
    project,
    name,
    clusterId: null,
    port: 22,
    user: 'root',
    become: 'none',
    jump: null,
    stateDir: null,
    hostKey: null,
    identity: null,
    roles: [],
    tags: null,
    attributes: {},
    driver: null,
    state: 'new',
    labels: [],
    registeredAt: new Date(),
  };
}

/** What is given, as columns. A key that was given before is kept as it was sealed. */
function fieldsOf(secretBox: SecretBox, node: RegisterNodeDto, before: NodeRow | null): Partial<NodeRow> {
  const { name: _, identity, labels, ...plain } = node;
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  const sealed = identity === undefined ? null : secretBox.seal(new SecretValue(identity));
  const isSame = sealed?.$sealed.fingerprint === before?.identity?.$sealed.fingerprint;
  return {
    ...given,
    ...(labels === undefined ? {} : { labels: [...new Set(labels)].sort(byCodeUnit) }),
    ...(sealed === null || isSame ? {} : { identity: sealed }),
  };
}

const TOLD_FIELDS = ['address', 'port', 'user', 'become', 'jump', 'stateDir', 'hostKey', 'identity', 'labels'] as const;

function changedFields(before: NodeRow, after: NodeRow): string[] {
  return TOLD_FIELDS.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}
