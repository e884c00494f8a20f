import { EVENT_KINDS } from './event-kinds';

/** Kinds that a reader wants: whole ones (`transaction.ended`) and beginnings (`task.*`); null: all. */
export type KindsFilter = readonly string[] | null;

export const KIND_PATTERN = /^[a-z]+(\.\*|\.[a-z-]+)$/;
export const KINDS_MAX = 50;

const nouns = new Set(Object.keys(EVENT_KINDS).map((kind) => kind.slice(0, kind.indexOf('.'))));

/** True for a kind that is told, or a beginning of one; one that newer planners tell is unknown here. */
export function isKnownKind(kind: string): boolean {
  return kind.endsWith('.*') ? nouns.has(kind.slice(0, -2)) : kind in EVENT_KINDS;
}

/** The filter as two parameters of a statement: `type = ANY(whole) OR split_part(type, '.', 1) = ANY(beginnings)`. */
export function kindsParameters(kinds: KindsFilter): [whole: readonly string[] | null, beginnings: readonly string[]] {
  if (kinds === null) return [null, []];
  return [
    kinds.filter((kind) => !kind.endsWith('.*')),
    kinds.filter((kind) => kind.endsWith('.*')).map((kind) => kind.slice(0, -2)),
  ];
}
