import {
  type ClusterNode,
  type ClusterSpec,
  isJsonObject,
  isSealedSecret,
  type Json,
  type JsonObject,
} from '@muster/model';
import { generatedPaths } from '../settings/generate';
import { valueAt } from '../settings/keep-secrets';

/**
 * A cluster without what cannot be copied: secrets are blank (`blank` makes such a value), what the planner generates is
 * gone, and nodes are places with roles and settings, and no machines.
 */
export function blankCluster(spec: ClusterSpec, schema: JsonObject | null, blank: () => Json): ClusterSpec {
  const generated = generatedPaths(schema);
  const without = (settings: JsonObject): JsonObject => {
    const left = generated
      .filter((path) => valueAt(settings, path) !== undefined)
      .reduce<JsonObject>(withoutPath, settings);
    return blanked(left, blank) as JsonObject;
  };
  return {
    ...spec,
    settings: without(spec.settings),
    ...(spec.preset ? { preset: { ...spec.preset, settings: without(spec.preset.settings) } } : {}),
    nodes: spec.nodes.map((node) => ({ ...node, access: placeOnly(node), settings: without(node.settings) })),
  };
}

/** Login and state folder are the same on machines of one kind; where and who they are is not. */
function placeOnly({ access: { user, become, stateDir, jump } }: ClusterNode): ClusterNode['access'] {
  return {
    ...(user === undefined ? {} : { user }),
    ...(become === undefined ? {} : { become }),
    ...(stateDir === undefined ? {} : { stateDir }),
    ...(jump === undefined ? {} : { jump }),
  };
}

function withoutPath(settings: JsonObject, path: readonly string[]): JsonObject {
  const [key = '', ...rest] = path;
  const inner = settings[key];
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, member]): [string, Json][] => {
      if (name !== key) return [[name, member]];
      return rest.length > 0 && isJsonObject(inner) ? [[name, withoutPath(inner, rest)]] : [];
    }),
  );
}

function blanked(value: Json, blank: () => Json): Json {
  if (isSealedSecret(value)) return blank();
  if (Array.isArray(value)) return value.map((each: Json) => blanked(each, blank));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, blanked(member, blank)]));
}

/**
 * The cluster under another name, each of its nodes as `nodes` calls it, else `NAME-NODE`; null leaves a node out. `master`
 * and `jump` follow, and are gone where they name a node that was left out.
 */
export function renamedCluster(
  spec: ClusterSpec,
  name: string,
  nodes: Readonly<Record<string, string | null>>,
): ClusterSpec {
  const nameOf = (node: string): string | null =>
    Object.hasOwn(nodes, node) ? (nodes[node] ?? null) : `${name}-${node}`;
  return {
    ...spec,
    name,
    master: spec.master === null ? null : nameOf(spec.master),
    nodes: spec.nodes.flatMap((node) => {
      const [called, { jump, ...access }] = [nameOf(node.name), node.access];
      const through = jump === undefined ? null : nameOf(jump);
      return called === null
        ? []
        : [{ ...node, name: called, access: { ...access, ...(through === null ? {} : { jump: through }) } }];
    }),
  };
}
