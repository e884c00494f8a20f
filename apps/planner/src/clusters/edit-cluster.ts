import { clusterDocument } from '@muster/catalog';
import { isJsonObject, type Json, type JsonObject, mergePatch } from '@muster/model';
import { invariant, problem, type Problem, ProblemsError } from '@muster/problems';
import { findCluster } from './find-cluster';
import { readCluster } from './read-cluster';
import {
  type Authorship,
  type ClusterParts,
  type RevisedCluster,
  reviseCluster,
  type RevisionWish,
} from './revise-cluster';

/** A change of a cluster's document. */
export interface ClusterEdit {
  /** The document after it. Throws `ProblemsError` if it cannot be made. */
  readonly change: (document: JsonObject) => JsonObject;
  /** False: a generated value that the document lacks is one that was taken away, so another is made. */
  readonly keepGenerated: boolean;
}

export type EditWish = Pick<RevisionWish, 'cluster' | 'acceptHostKeys' | 'ifMatch'>;

/** Changes the head of a cluster into a new revision. Throws `API_NOT_FOUND` if there is no such cluster. */
export async function editCluster(
  parts: ClusterParts,
  project: string,
  wish: EditWish,
  { change, keepGenerated }: ClusterEdit,
  by: Authorship,
): Promise<RevisedCluster> {
  const { manager } = parts.database;
  await findCluster(manager, project, wish.cluster);
  return reviseCluster(
    parts,
    project,
    {
      ...wish,
      identities: {},
      read: async (head) => {
        invariant(head, 'a cluster has a revision as long as it is there');
        return readCluster(manager, parts.runner, project, {
          name: wish.cluster,
          source: change(clusterDocument(head.content)),
          sourceName: '',
          identities: {},
          base: head.content,
          keepGenerated,
        });
      },
    },
    by,
  );
}

/** JSON merge patch (RFC 7396) of the value at `path`: `null` takes away. */
export function merging(path: readonly string[], patch: unknown): ClusterEdit {
  const checked = readBody(patch, path);
  return { change: (document) => mergePatch(document, below(path, checked)) as JsonObject, keepGenerated: false };
}

/** The value at `path` as a whole. */
export function replacing(path: readonly string[], value: unknown): ClusterEdit {
  const checked = readBody(value, path);
  return { change: (document) => withValue(document, path, checked), keepGenerated: true };
}

/** The value at `path` goes; throws `missing` if it is not there. */
export function removing(path: readonly string[], missing: () => ProblemsError): ClusterEdit {
  return {
    change: (document) => {
      if (!isThere(document, path)) throw missing();
      return mergePatch(document, below(path, null)) as JsonObject;
    },
    keepGenerated: true,
  };
}

/** As `edit`, refused with `missing` if nothing is at `path` yet. */
export function onlyWhere(path: readonly string[], edit: ClusterEdit, missing: () => ProblemsError): ClusterEdit {
  return {
    ...edit,
    change: (document) => {
      if (!isThere(document, path)) throw missing();
      return edit.change(document);
    },
  };
}

function isThere(document: JsonObject, path: readonly string[]): boolean {
  let at: Json | undefined = document;
  for (const key of path) at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at !== undefined;
}

function below(path: readonly string[], value: Json): JsonObject {
  return path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value) as JsonObject;
}

function withValue(document: JsonObject, [key, ...rest]: readonly string[], value: JsonObject): JsonObject {
  if (key === undefined) return value;
  const inner = Object.hasOwn(document, key) ? document[key] : undefined;
  return { ...document, [key]: withValue(isJsonObject(inner) ? inner : {}, rest, value) };
}

/** A body must be a mapping, and may not hold what looks like a sealed secret: it would be opened later. */
function readBody(body: unknown, path: readonly string[]): JsonObject {
  if (!isJsonObject(body))
    throw new ProblemsError([problem('API_INVALID', { subject: 'the body', summary: 'It must be a JSON object.' })]);
  refuseSealed(body, path);
  return body;
}

/** Throws `CLUSTER_SEALED_VALUE` for everything that looks like a sealed secret: those come from the planner's own hand only. */
export function refuseSealed(body: JsonObject, path: readonly string[]): void {
  const problems: Problem[] = [];
  const look = (value: Json, at: readonly string[]): void => {
    if (Array.isArray(value)) value.forEach((each: Json, index) => look(each, [...at, String(index)]));
    if (!isJsonObject(value)) return;
    if (Object.hasOwn(value, '$sealed')) {
      problems.push(
        problem('CLUSTER_SEALED_VALUE', {
          subject: 'the body',
          summary: `\`${at.join('.').slice(0, 200)}\` holds the key $sealed`,
          place: { path: at.join('.').slice(0, 500) },
        }),
      );
    }
    for (const [key, member] of Object.entries(value)) look(member, [...at, key]);
  };
  look(body, path);
  if (problems.length > 0) throw new ProblemsError(problems);
}
