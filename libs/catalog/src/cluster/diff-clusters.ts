import {
  byCodeUnit,
  canonicalJson,
  isJsonObject,
  isSealedSecret,
  type ClusterSpec,
  type Json,
  type JsonObject,
  maskSecrets,
} from '@muster/model';
import { clusterDocument } from './cluster-document';
import { withFingerprints } from './revision';

/** One difference between two revisions, at a path of the cluster file. Secrets are masked on both sides. */
export interface ClusterChange {
  readonly path: readonly string[];
  readonly change: 'added' | 'removed' | 'changed';
  /** Null where it was added. */
  readonly before: Json;
  /** Null where it was removed. */
  readonly after: Json;
  /** A secret is part of it: two that show the same are different all the same. */
  readonly isSecret: boolean;
}

/**
 * Everything that differs between two revisions, sorted by path. Mappings are compared member by member, lists as a whole;
 * what one side does not have at all is one change. The order of nodes, of roles and of tags means nothing.
 */
export function diffClusters(before: ClusterSpec, after: ClusterSpec): ClusterChange[] {
  const changes: ClusterChange[] = [];
  compare(comparable(before), comparable(after), [], changes);
  return changes.sort((a, b) => byPath(a.path, b.path));
}

function comparable(spec: ClusterSpec): JsonObject {
  const sorted = {
    ...spec,
    nodes: spec.nodes.map((node) => ({
      ...node,
      roles: [...node.roles].sort(byCodeUnit),
      tags: node.tags && [...node.tags].sort(byCodeUnit),
    })),
  };
  return clusterDocument(sorted);
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly string[],
  changes: ClusterChange[],
): void {
  if (isGroup(before) && isGroup(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const of = (value: JsonObject): Json | undefined => (Object.hasOwn(value, key) ? value[key] : undefined);
      compare(of(before), of(after), [...path, key], changes);
    }
    return;
  }
  if (before !== undefined && after !== undefined && sameText(before, after)) return;
  changes.push({
    path,
    change: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    before: maskSecrets(before ?? null),
    after: maskSecrets(after ?? null),
    isSecret: hasSecret(before ?? null) || hasSecret(after ?? null),
  });
}

/** Of a secret the fingerprint counts: sealing it again gives another envelope. */
function sameText(before: Json, after: Json): boolean {
  return canonicalJson(withFingerprints(before)) === canonicalJson(withFingerprints(after));
}

function isGroup(value: Json | undefined): value is JsonObject {
  return isJsonObject(value) && !isSealedSecret(value);
}

function hasSecret(value: Json): boolean {
  if (isSealedSecret(value)) return true;
  if (Array.isArray(value)) return value.some((each: Json) => hasSecret(each));
  return isJsonObject(value) && Object.values(value).some(hasSecret);
}

function byPath(a: readonly string[], b: readonly string[]): number {
  for (const [depth, key] of a.entries()) {
    const other = b[depth];
    if (other === undefined) return 1;
    const order = byCodeUnit(key, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
