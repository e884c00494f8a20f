import { randomUUID } from 'node:crypto';
import { RESERVED_NODE_NAMES, type SecretBox, SecretValue } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import type { Bus } from '@muster/messaging';
import { writeFeedEvents } from '../feed/write-feed-events';
import { findNodesWithJumps } from './find-nodes';
import type { RegisterNodeDto } from './node.dto';
import { NodeRow } from './node.entity';
import { type AcceptedHostKey, scanHostKeys, type UnknownNode } from './scan-host-keys';

/** Registers machines, all of them or none; one that is known is told anew, its keys kept unless given. */
export async function registerNodes(
  parts: { readonly database: DataSource; readonly bus: Bus; readonly secretBox: SecretBox },
  project: string,
  nodes: readonly RegisterNodeDto[],
  acceptHostKeys: boolean,
): Promise<{ readonly rows: readonly NodeRow[]; readonly accepted: readonly AcceptedHostKey[] }> {
  const known = await findNodesWithJumps(
    parts.database.manager,
    project,
    nodes.map((node) => node.name),
  );
  const problems = checkNames(nodes);
  const unknown = nodes.filter(
    (node) => node.hostKey === undefined && (known.get(node.name)?.hostKey ?? null) === null,
  );
  const scanned =
    problems.length > 0
      ? { accepted: [], problems: [] }
      : await scanHostKeys(parts.bus, unknown.map(asUnknown), acceptHostKeys);
  problems.push(...scanned.problems);
  if (problems.length > 0) throw new ProblemsError(problems);
  const keys = new Map(scanned.accepted.map((each) => [each.node, each.hostKey]));
  const rows = await parts.database.transaction(async (manager) => {
    const written: NodeRow[] = [];
    for (const node of nodes) written.push(await write(manager, parts.secretBox, project, node, keys.get(node.name)));
    return written;
  });
  return { rows, accepted: scanned.accepted };
}

async function write(
  on: EntityManager,
  secretBox: SecretBox,
  project: string,
  node: RegisterNodeDto,
  scanned: string | undefined,
): Promise<NodeRow> {
  const there = await on.findOne(NodeRow, {
    where: { project, name: node.name },
    lock: { mode: 'pessimistic_write' },
  });
  const row = on.create(NodeRow, {
    ...(there ?? {
      id: randomUUID(),
      project,
      name: node.name,
      clusterId: null,
      identity: null,
      roles: [],
      tags: null,
      registeredAt: new Date(),
    }),
    address: node.address,
    port: node.port ?? there?.port ?? 22,
    user: node.user ?? there?.user ?? 'root',
    become: node.become ?? there?.become ?? 'none',
    jump: node.jump ?? there?.jump ?? null,
    stateDir: node.stateDir ?? there?.stateDir ?? null,
    hostKey: node.hostKey ?? scanned ?? there?.hostKey ?? null,
    ...(node.identity === undefined ? {} : { identity: secretBox.seal(new SecretValue(node.identity)) }),
  });
  await on.save(NodeRow, row);
  if (there === null)
    await writeFeedEvents(on, project, [
      { type: 'node.registered', at: null, subject: { node: node.name }, data: { address: node.address } },
    ]);
  return row;
}

function checkNames(nodes: readonly RegisterNodeDto[]): Problem[] {
  const seen = new Set<string>();
  return nodes.flatMap(({ name }, index) => {
    const place = { path: `nodes.${index}.name` };
    const wrong = RESERVED_NODE_NAMES.includes(name)
      ? `${name} is a word of relations and cannot name a node.`
      : seen.has(name)
        ? `${name} is there twice.`
        : null;
    seen.add(name);
    return wrong === null ? [] : [problem('API_INVALID', { subject: `node ${name}`, summary: wrong, place })];
  });
}

function asUnknown(node: RegisterNodeDto): UnknownNode {
  const { name, address, port = 22, jump = null } = node;
  return { name, address, port, jump, place: { path: `nodes.${name}` } };
}
