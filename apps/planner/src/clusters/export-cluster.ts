import { clusterDocument } from '@muster/catalog';
import {
  type ClusterSpec,
  isJsonObject,
  isSealedSecret,
  type Json,
  type JsonObject,
  TO_BE_FILLED,
} from '@muster/model';
import { stringify } from 'yaml';
import type { NodeRow } from '../nodes/node.entity';

/**
 * The cluster file that gives this revision again, with everything that is known of its nodes. In place of secrets stands
 * `<to be filled>`: applied to the cluster that it came from it changes none of them.
 */
export function exportCluster(spec: ClusterSpec, known: ReadonlyMap<string, NodeRow>): string {
  const { document: file, secrets } = openDocument(exportedDocument(spec, known));
  const note =
    secrets.length === 0
      ? ''
      : `# Secrets are left out. A cluster that has them keeps them; elsewhere they are to be filled:\n${secrets
          .map((path) => `#   ${path}\n`)
          .join('')}`;
  return note + stringify(file, { version: '1.2', lineWidth: 120 });
}

/** A revision with what is known of its nodes. */
export function exportedDocument(spec: ClusterSpec, known: ReadonlyMap<string, NodeRow>): JsonObject {
  const document = clusterDocument(spec);
  const nodes = Object.entries(document['nodes'] as Readonly<Record<string, JsonObject>>);
  return {
    ...document,
    nodes: Object.fromEntries(nodes.map(([name, node]) => [name, { ...knownAccess(known.get(name)), ...node }])),
  };
}

/** A document without its secrets, and the dotted paths where they were. */
export function openDocument(document: JsonObject): {
  readonly document: JsonObject;
  readonly secrets: readonly string[];
} {
  const secrets: string[] = [];
  const open = (value: Json, path: string): Json => {
    if (isSealedSecret(value)) {
      secrets.push(path);
      return TO_BE_FILLED;
    }
    if (Array.isArray(value)) return value.map((each: Json, index) => open(each, `${path}.${index}`));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, open(member, path === '' ? key : `${path}.${key}`)]),
    );
  };
  return { document: open(document, '') as JsonObject, secrets };
}

function knownAccess(row: NodeRow | undefined): JsonObject {
  if (row === undefined) return {};
  return {
    ...(row.address === null ? {} : { address: row.address }),
    port: row.port,
    user: row.user,
    become: row.become,
    ...(row.hostKey === null ? {} : { hostKey: row.hostKey }),
    ...(row.jump === null ? {} : { jump: row.jump }),
    ...(row.stateDir === null ? {} : { stateDir: row.stateDir }),
  };
}
