import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseClusterFile } from '@muster/catalog';
import type { ClusterNode, ClusterSpec, Json, JsonObject } from '@muster/model';

const EXAMPLE = resolve(__dirname, '../../../examples/openstack-newton');

/** A cluster of the example with the settings of a real OpenStack. */
export function newtonCluster(file = 'cluster.yaml'): ClusterSpec {
  const { spec, problems } = parseClusterFile(readFileSync(join(EXAMPLE, file), 'utf8'), file);
  if (!spec || problems.length > 0) throw new Error(JSON.stringify(problems));
  return spec;
}

/** The cluster with one setting of its common part changed; nothing is shared with the one given. */
export function withSetting(spec: ClusterSpec, path: string, value: Json): ClusterSpec {
  const changed = structuredClone(spec);
  const keys = path.split('.');
  const last = keys.pop() as string;
  let at = changed.settings as Record<string, Json>;
  for (const key of keys) at = at[key] as Record<string, Json>;
  if (!Object.hasOwn(at, last)) throw new Error(`the example has no setting ${path}`);
  at[last] = value;
  return changed;
}

/** The cluster and its settings without a node. */
export function withoutNode(spec: ClusterSpec, name: string): ClusterSpec {
  const { known, listed } = nodesIn(spec);
  return withNodes(
    spec,
    Object.fromEntries(Object.entries(known).filter(([key]) => key !== `node-${name}`)),
    listed.filter(({ uid }) => uid !== name),
    spec.nodes.filter((node) => node.name !== name),
  );
}

/** `cluster.yaml` with this many computes instead of two: more of node 4, each with settings and addresses of its own. */
export function withComputes(spec: ClusterSpec, count: number): ClusterSpec {
  const { known, listed } = nodesIn(spec);
  const numbers = Array.from({ length: count - 2 }, (_, index) => index + 6);
  const model = spec.nodes.find(({ name }) => name === '4') as ClusterNode;
  const inList = listed.find(({ uid }) => uid === '4') as JsonObject;
  const moreKnown = numbers.map((number): [string, Json] => [
    `node-${number}`,
    renumbered(known['node-4'] as Json, number),
  ]);
  return withNodes(
    spec,
    { ...known, ...Object.fromEntries(moreKnown) },
    [...listed, ...numbers.map((number) => renumbered(inList, number))],
    [...spec.nodes, ...numbers.map((number) => renumbered(model, number))],
  );
}

function nodesIn({ settings }: ClusterSpec): { readonly known: JsonObject; readonly listed: readonly JsonObject[] } {
  const { nodes } = settings['network_metadata'] as { readonly nodes: JsonObject };
  return { known: nodes, listed: settings['nodes'] as readonly JsonObject[] };
}

function withNodes(
  spec: ClusterSpec,
  known: JsonObject,
  listed: readonly JsonObject[],
  nodes: readonly ClusterNode[],
): ClusterSpec {
  const metadata = { ...(spec.settings['network_metadata'] as JsonObject), nodes: known };
  return structuredClone({ ...spec, settings: { ...spec.settings, network_metadata: metadata, nodes: listed }, nodes });
}

/** What is said of node 4, said of another node. */
function renumbered<T>(value: T, number: number): T {
  const host = `${(number + 10) >> 8}.${(number + 10) & 255}`;
  const text = JSON.stringify(value)
    .replaceAll('"4"', `"${number}"`)
    .replaceAll('node-4', `node-${number}`)
    .replaceAll('compute-4', `compute-${number}`)
    .replaceAll('10.20.0.6', `10.20.${host}`)
    .replaceAll('192.168.0.14', `10.21.${host}`)
    .replaceAll('192.168.1.14', `10.22.${host}`);
  return JSON.parse(text) as T;
}
