import { RESERVED_NODE_NAMES } from '@muster/model';
import { type Place, problem, type Problem } from '@muster/problems';
import { isIPv6 } from 'node:net';
import type { RegisterNodeDto } from './register-node.dto';

/** What is known of a node that may be the same machine, or on the way to one. */
export interface KnownNode {
  readonly name: string;
  readonly address: string | null;
  readonly port: number;
  readonly jump: string | null;
  readonly hostKey: string | null;
}

/** The way to a machine, so that two spellings of it are one. */
export function wayTo({ address, port, jump }: Omit<KnownNode, 'name' | 'hostKey'>): string | null {
  if (address === null) return null;
  const plain = isIPv6(address) ? new URL(`http://[${address}]`).hostname : address.toLowerCase();
  return JSON.stringify([jump, plain, port]);
}

/** Each node as it will be once what is given is written. */
export function afterwards(
  nodes: readonly RegisterNodeDto[],
  known: ReadonlyMap<string, KnownNode>,
): readonly KnownNode[] {
  return nodes.map((node) => {
    const there = known.get(node.name);
    return {
      name: node.name,
      address: node.address ?? there?.address ?? null,
      port: node.port ?? there?.port ?? 22,
      jump: node.jump === undefined ? (there?.jump ?? null) : node.jump,
      hostKey: node.hostKey ?? there?.hostKey ?? null,
    };
  });
}

/**
 * Everything that is wrong with a list beyond its single fields: names twice, machines twice, in the list or with `others`
 * that are registered, jump nodes that nobody knows or that lead in a circle. Places tell the index.
 */
export function checkRegistration(
  nodes: readonly RegisterNodeDto[],
  known: ReadonlyMap<string, KnownNode>,
  others: readonly KnownNode[],
  isList: boolean,
): Problem[] {
  const at = (index: number, field: string): Place => ({ path: isList ? `nodes.${index}.${field}` : field });
  const will = afterwards(nodes, known);
  const byName = new Map([...known.values(), ...will].map((node) => [node.name, node]));
  const problems: Problem[] = [];
  const seen = { name: new Map<string, number>(), way: new Map<string, number>(), key: new Map<string, number>() };
  const taken = {
    way: new Map(others.map((other) => [wayTo(other), other.name])),
    key: new Map(others.map((other) => [other.hostKey, other.name])),
  };
  for (const [index, node] of will.entries()) {
    const subject = `node ${node.name}`;
    const invalid = (summary: string, field: string) =>
      problems.push(problem('API_INVALID', { subject, summary, place: at(index, field) }));
    const same = (summary: string, field: string) =>
      problems.push(problem('NODE_DUPLICATE', { subject, summary, place: at(index, field) }));
    if (RESERVED_NODE_NAMES.includes(node.name))
      invalid(`${node.name} is a word of relations and cannot name a node.`, 'name');
    const first = seen.name.get(node.name);
    if (first !== undefined) {
      invalid(`${node.name} is there twice: item ${first} has the name, too.`, 'name');
      continue;
    }
    seen.name.set(node.name, index);
    const way = wayTo(node);
    if (way !== null) {
      const sharing = seen.way.get(way);
      const holder = taken.way.get(way);
      if (sharing !== undefined) invalid(`Item ${sharing} has the same address and port.`, 'address');
      else if (holder !== undefined) same(`Node ${holder} has the same address and port.`, 'address');
      seen.way.set(way, index);
    }
    if (node.hostKey !== null) {
      const sharing = seen.key.get(node.hostKey);
      const holder = taken.key.get(node.hostKey);
      if (sharing !== undefined) invalid(`Item ${sharing} has the same host key: they are one machine.`, 'hostKey');
      else if (holder !== undefined) same(`Node ${holder} has the same host key: they are one machine.`, 'hostKey');
      seen.key.set(node.hostKey, index);
    }
    const wrong = wrongJump(node, byName);
    if (wrong !== null) invalid(wrong, 'jump');
  }
  return problems;
}

function wrongJump(node: KnownNode, byName: ReadonlyMap<string, KnownNode>): string | null {
  const passed = new Set([node.name]);
  for (let jump = node.jump; jump !== null; jump = byName.get(jump)?.jump ?? null) {
    if (!byName.has(jump)) return `Nobody has registered ${jump}, which it is to be reached through.`;
    if (passed.has(jump)) return `The way to it leads in a circle, through ${jump}.`;
    passed.add(jump);
  }
  return null;
}
