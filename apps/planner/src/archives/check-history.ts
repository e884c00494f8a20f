import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { parseClusterDocument, revisionHash } from '@muster/catalog';
import {
  blankSecret,
  type ClusterNode,
  type ClusterSpec,
  isJsonObject,
  type Json,
  type JsonObject,
  type SecretBox,
  TO_BE_FILLED,
} from '@muster/model';
import { hasErrors, type Problem, ProblemsError } from '@muster/problems';
import { refuseSealed } from '../clusters/edit-cluster';
import { faultsIn } from '../http/check-text';
import { type ArchivedRevision, readRevision } from './archived-revision';
import { notAnArchive, parseJson } from './read-archive';

/** A revision of an archive that can be stored. */
export interface CheckedRevision extends Omit<ArchivedRevision, 'document'> {
  /** JSON, as it is stored. */
  readonly content: string;
}

export interface CheckedHistory {
  /** Oldest first, without gaps; the last one is the newest revision. Never empty. */
  readonly revisions: readonly CheckedRevision[];
  /** What the newest one says of its nodes, by name: of machines that it does not describe it says nothing. */
  readonly access: ReadonlyMap<string, ClusterNode['access']>;
}

/**
 * Reads the revisions of an archive of `cluster`, to be stored for a cluster named `as`. What is wrong with an older one is told
 * by its number; whether its bundles are there is not asked, since they are history. Throws `ProblemsError` with everything.
 * Gives way to others after each, since a large one takes a while.
 */
export async function checkHistory(
  box: SecretBox,
  { cluster, as }: { readonly cluster: string; readonly as: string },
  sent: ReadonlyMap<number, Uint8Array>,
): Promise<CheckedHistory> {
  const revisions: CheckedRevision[] = [];
  const problems: Problem[] = [];
  let newest: ClusterSpec | null = null;
  for (const number of [...sent.keys()].sort((a, b) => a - b)) {
    const last = revisions.at(-1)?.number;
    if (last !== undefined && number !== last + 1) throw notAnArchive(`revision ${last + 1} is missing`);
    const { spec, revision, found } = checkRevision(box, { cluster, as }, number, sent.get(number) as Uint8Array);
    problems.push(...found);
    revisions.push(revision);
    newest = spec;
    await setImmediate();
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return { revisions, access: new Map(newest?.nodes.map((node) => [node.name, node.access])) };
}

function checkRevision(
  box: SecretBox,
  { cluster, as }: { readonly cluster: string; readonly as: string },
  number: number,
  bytes: Uint8Array,
): { spec: ClusterSpec | null; revision: CheckedRevision; found: readonly Problem[] } {
  const name = `revision ${number}`;
  const json = parseJson(bytes, name);
  const faults = faultsIn(json);
  if (faults.length > 0) throw new ProblemsError(faults);
  const read = readRevision(json, number);
  if (read === null || read.document['cluster'] !== cluster)
    throw notAnArchive(`${name} is none of cluster ${cluster}`);
  refuseSealed(read.document, [name]);
  const { document, ...rest } = read;
  const blanked = { ...(withBlanks(box, document) as JsonObject), cluster: as };
  const { spec, problems } = parseClusterDocument(blanked, null);
  if (spec === null || hasErrors(problems)) {
    const found = problems.map((each) => ({ ...each, subject: `${name}: ${each.subject}` }));
    return { spec: null, revision: { ...rest, content: '' }, found };
  }
  // Of another name it is another cluster's; else it stays the revision that it was, though its secrets are not here.
  const hash = as === cluster ? rest.hash : hashOf(spec);
  return { spec, revision: { ...rest, hash, content: JSON.stringify(spec) }, found: [] };
}

/** What every mark of a secret is while nobody has filled it. */
function withBlanks(box: SecretBox, value: Json): Json {
  if (value === TO_BE_FILLED) return blankSecret(box);
  if (Array.isArray(value)) return value.map((each: Json) => withBlanks(box, each));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withBlanks(box, member)]));
}

export function hashOf(spec: ClusterSpec): string {
  return revisionHash(spec, (text) => `sha256:${createHash('sha256').update(text).digest('hex')}`);
}
