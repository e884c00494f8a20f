import { isJsonObject, type JsonObject } from '@muster/model';
import { REVISION_CHANGES, type RevisionChange, type RevisionRow } from '../clusters/revision.entity';

/** One revision in an archive: a file of its own, so that nobody has to hold the whole history at once. */
export interface ArchivedRevision {
  readonly number: number;
  readonly hash: string;
  readonly who: string;
  readonly why: string | null;
  readonly change: RevisionChange;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** Secrets are `<to be filled>`. */
  readonly document: JsonObject;
}

/** Newest revisions that an archive has at most, and what they may amount to together; older ones are left out. */
export const HISTORY_LIMITS = { revisions: 1000, bytes: 64 * 1024 * 1024 };

const WHO_CHARS_MAX = 300;
const WHY_CHARS_MAX = 10_000;
const ENTRY = /^revisions\/([1-9]\d{0,8})\.json$/;

export function revisionEntry(number: number): string {
  return `revisions/${number}.json`;
}

/** Its number, if this is the name of a revision's file; else null. */
export function numberOfEntry(name: string): number | null {
  const found = ENTRY.exec(name);
  return found === null ? null : Number(found[1]);
}

export function archivedRevision(
  { number, hash, createdBy, why, change, createdAt }: RevisionRow,
  document: JsonObject,
): ArchivedRevision {
  return { number, hash, who: createdBy, why, change, createdAt: createdAt.toISOString(), document };
}

/** Null: it is not what an archive has there. */
export function readRevision(value: unknown, number: number): ArchivedRevision | null {
  if (!isJsonObject(value) || value['number'] !== number) return null;
  const { hash, who, why, change, createdAt, document } = value;
  if (typeof hash !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(hash)) return null;
  if (typeof who !== 'string' || who.length > WHO_CHARS_MAX) return null;
  if (why !== null && (typeof why !== 'string' || why.length > WHY_CHARS_MAX)) return null;
  if (typeof createdAt !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(createdAt)) return null;
  if (Number.isNaN(Date.parse(createdAt)) || !isJsonObject(document)) return null;
  const known = REVISION_CHANGES.find((each) => each === change);
  return known === undefined ? null : { number, hash, who, why, change: known, createdAt, document };
}
