import {
  byCodeUnit,
  canonicalJson,
  isJsonObject,
  isSealedSecret,
  type ClusterSpec,
  type Json,
  type JsonObject,
} from '@muster/model';

/**
 * What a revision of a cluster covers: everything configurable, in a form that is equal for equal clusters. Nodes are
 * sorted by name. Left out: `identityFile`, which is a path on somebody's machine. Of a sealed secret only the
 * fingerprint counts, since sealing the same secret again gives another envelope.
 */
export function revisionContent(spec: ClusterSpec): JsonObject {
  return {
    cluster: spec.name,
    environment: spec.environment,
    release: spec.release,
    plugins: [...spec.plugins],
    taskBased: spec.taskBased,
    master: spec.master,
    settings: withFingerprints(spec.settings),
    ...(spec.options ? { options: { ...spec.options } } : {}),
    ...(spec.preset ? { preset: { name: spec.preset.name, settings: withFingerprints(spec.preset.settings) } } : {}),
    ...(spec.counts ? { counts: { ...spec.counts } } : {}),
    ...(spec.profiles ? { profiles: { ...spec.profiles } } : {}),
    limits: spec.limits as JsonObject,
    ...(spec.driver ? { driver: { ...spec.driver } } : {}),
    ...(spec.allow ? { allow: [...spec.allow] } : {}),
    ...(spec.graphs
      ? { graphs: Object.fromEntries(spec.graphs.map(({ type, written }) => [type, [...written]])) }
      : {}),
    nodes: [...spec.nodes]
      .sort((a, b) => byCodeUnit(a.name, b.name))
      .map(({ name, access, roles, tags, settings }): JsonObject => {
        const { identityFile: _local, ...shared } = access;
        return {
          name,
          access: { ...shared },
          roles: [...roles].sort(byCodeUnit),
          tags: tags && [...tags].sort(byCodeUnit),
          settings: withFingerprints(settings),
        };
      }),
  };
}

/** Hash of `revisionContent`. `digestOf` makes a digest of text (SHA-256, given by the caller who has crypto). */
export function revisionHash(spec: ClusterSpec, digestOf: (text: string) => string): string {
  return digestOf(canonicalJson(revisionContent(spec)));
}

/** True if applying `after` to a cluster at `before` changes nothing. */
export function sameRevision(before: ClusterSpec, after: ClusterSpec): boolean {
  return canonicalJson(revisionContent(before)) === canonicalJson(revisionContent(after));
}

/** A value in which a sealed secret is its fingerprint. */
export function withFingerprints(value: JsonObject): JsonObject;
export function withFingerprints(value: Json): Json;
export function withFingerprints(value: Json): Json {
  if (isSealedSecret(value))
    return { $sealed: value.$sealed.fingerprint, ...(value.$blank === true ? { $blank: true } : {}) };
  if (Array.isArray(value)) return value.map((each: Json) => withFingerprints(each));
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withFingerprints(member)]));
  return value;
}
