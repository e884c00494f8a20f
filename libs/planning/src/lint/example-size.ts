import type { Role } from '@muster/model';
import { isPrimary, plainTag, type KnownTags, type NodeSet } from './known-tags';

/** Nodes of the example cluster that carry every tag of which a cluster has only a few, one of them as its primary. */
export const FEW = 3;
/** Nodes of the example cluster that carry all other tags. */
export const MANY = 197;
/** A role that allows at most so many nodes has only a few. */
const FEW_MAX = 10;

/** How many nodes of the example cluster a set is, of those that are few and of those that are many. */
export interface ExampleSize {
  readonly few: number;
  readonly many: number;
}

/** Sizes that are known, since most definitions share a placement. */
const sizes = new WeakMap<KnownTags, WeakMap<NodeSet, ExampleSize>>();

export function exampleSize(known: KnownTags, nodes: NodeSet): ExampleSize {
  const ofTags = sizes.get(known) ?? new WeakMap<NodeSet, ExampleSize>();
  sizes.set(known, ofTags);
  const size = ofTags.get(nodes) ?? sizeOf(known, nodes);
  ofTags.set(nodes, size);
  return size;
}

function sizeOf(known: KnownTags, { tags, isEvery }: NodeSet): ExampleSize {
  if (isEvery) return { few: FEW, many: MANY };
  let [primaries, others, many] = [0, 0, 0];
  for (const tag of tags) {
    // No node has it, which is told as LINT_UNKNOWN_ROLE.
    if (known.declared?.has(tag) === false) continue;
    if (isPrimary(tag)) primaries = 1;
    else if (known.hasPrimary(tag)) others = Math.max(others, FEW - 1);
    else if (isFew(known.rolesOf(tag))) others = FEW;
    else many = MANY;
  }
  return { few: Math.min(FEW, primaries + others), many };
}

/** Whether clusters have only a few nodes with the tag, whatever their size. */
export function isFewTag(known: KnownTags, tag: string): boolean {
  return isPrimary(tag) || known.hasPrimary(plainTag(tag)) || isFew(known.rolesOf(tag));
}

function isFew(roles: readonly Role[]): boolean {
  return roles.length > 0 && roles.every(({ max }) => max !== null && max <= FEW_MAX);
}
