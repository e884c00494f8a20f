import type { ClusterNode, ClusterSpec, JsonObject } from '@muster/model';

/**
 * A revision in the form of a cluster file, as JSON: what edits change, and what `parseClusterDocument` reads again. Sealed
 * secrets stay sealed. Keys that say nothing are absent.
 */
export function clusterDocument(spec: ClusterSpec): JsonObject {
  const some = (key: string, value: JsonObject | undefined): JsonObject =>
    value && Object.keys(value).length > 0 ? { [key]: value } : {};
  return {
    cluster: spec.name,
    ...(spec.environment === null ? {} : { environment: spec.environment }),
    ...(spec.release === null ? {} : { release: spec.release }),
    ...(spec.plugins.length === 0 ? {} : { plugins: [...spec.plugins] }),
    ...(spec.taskBased === null ? {} : { taskBased: spec.taskBased }),
    ...(spec.master === null ? {} : { master: spec.master }),
    ...some('settings', spec.settings),
    ...some('options', spec.options),
    ...(spec.preset ? { preset: { name: spec.preset.name, settings: spec.preset.settings } } : {}),
    ...some('counts', spec.counts),
    ...some('profiles', spec.profiles),
    ...some('limits', limitsDocument(spec.limits)),
    ...(spec.driver ? { driver: { ...spec.driver } } : {}),
    ...(spec.allow ? { allow: [...spec.allow] } : {}),
    ...(spec.graphs
      ? { graphs: Object.fromEntries(spec.graphs.map(({ type, written }) => [type, [...written]])) }
      : {}),
    nodes: Object.fromEntries(spec.nodes.map((node) => [node.name, nodeDocument(node)])),
  };
}

/** Limits as they are written; null of `nodesAtOnce` is not written. */
export function limitsDocument({ nodesAtOnce, ramps }: ClusterSpec['limits']): JsonObject {
  return {
    ...(nodesAtOnce === null ? {} : { nodesAtOnce }),
    ...(ramps ? { ramps: ramps as unknown as JsonObject } : {}),
  };
}

/** One node as it is written below `nodes`. */
export function nodeDocument({ access, roles, tags, settings }: ClusterNode): JsonObject {
  const { identityFile: _local, ...shared } = access;
  return {
    ...shared,
    roles: [...roles],
    ...(tags === null ? {} : { tags: [...tags] }),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
  };
}
