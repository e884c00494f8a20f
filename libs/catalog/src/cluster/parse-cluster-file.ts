import {
  byCodeUnit,
  canonicalJson,
  NAME_PATTERN,
  RESERVED_NODE_NAMES,
  type ClusterNode,
  type ClusterPreset,
  type ClusterSpec,
  type JsonObject,
  type Ramp,
} from '@muster/model';
import { hasErrors, type Place, type Problem } from '@muster/problems';
import { valid } from 'semver';
import { readRamp } from '../bundle/ramp';
import { Cursor, type MapCursor } from '../yaml/cursor';
import { locateJson } from '../yaml/locate-json';
import type { Located } from '../yaml/located';
import { readYaml } from '../yaml/read-yaml';
import { checkNodeReferences } from './node-references';
import { clusterCodes } from './cluster-codes';
import { readClusterGraphs } from './cluster-graphs';
import { ACCESS_KEYS, readAccess } from './node-access';
import { readAllowed, readDriver } from './node-driver';

/** Which bundles a cluster is made of. */
export type ClusterRefs = Pick<ClusterSpec, 'name' | 'release' | 'plugins'>;

export interface ParsedCluster {
  /** Null if any problem is an error. */
  readonly spec: ClusterSpec | null;
  readonly problems: readonly Problem[];
  /** What it names, as far as it could be read, also where something else is wrong; null: not even its own name. */
  readonly refs: ClusterRefs | null;
  /** Private keys that its nodes name, as far as they could be read, also where something else is wrong. */
  readonly identityFiles: readonly { readonly node: string; readonly identityFile: string }[];
  /** Where the value at these keys stands in the file, or the nearest above it that is there. */
  readonly placeOf: (path: readonly string[]) => Place;
}

const CLUSTER_KEYS = [
  'cluster',
  'environment',
  'release',
  'plugins',
  'taskBased',
  'master',
  'settings',
  'options',
  'preset',
  'counts',
  'profiles',
  'limits',
  'driver',
  'allow',
  'nodes',
  'tasks',
  'graphs',
  'description',
];

/**
 * Reads a cluster file (CONTRACT section 2): names, formats and references inside the file. Whether it fits its release
 * is the business of `checkCluster`. Fails: never throws; all problems are found in one go.
 */
export function parseClusterFile(text: string, fileName: string): ParsedCluster {
  const { root, problems: found } = readYaml(text, fileName, 'CLUSTER_DUPLICATE_KEY');
  const problems = [...found];
  const placeOf = (path: readonly string[]): Place => placeIn(root, fileName, path);
  if (!root) return { spec: null, refs: null, identityFiles: [], problems, placeOf };
  const cursor = new Cursor(
    { file: fileName, subject: `cluster file ${fileName}`, codes: clusterCodes, problems },
    root,
    '',
  );
  const map = cursor.map('a mapping with cluster and nodes');
  const spec = map && readCluster(map);
  for (const settings of map ? settingsIn(map) : []) refuseSealed(settings, settings.located);
  const refs = spec && { name: spec.name, release: spec.release, plugins: spec.plugins };
  const identityFiles = (spec?.nodes ?? []).flatMap(({ name, access: { identityFile } }) =>
    identityFile ? [{ node: name, identityFile }] : [],
  );
  return { spec: hasErrors(problems) ? null : spec, refs, identityFiles, problems, placeOf };
}

/** Reads a document that was made from a revision, and so may hold sealed secrets. `base`: that revision. */
export function parseClusterDocument(document: JsonObject, base: ClusterSpec | null): ParsedCluster {
  const root = locateJson(document);
  const problems: Problem[] = [];
  const cursor = new Cursor({ file: '', subject: 'cluster', codes: clusterCodes, problems }, root, '');
  const map = cursor.map();
  const read = map && readCluster(map);
  const spec = read && withKnownGraphs(read, base);
  const refs = spec && { name: spec.name, release: spec.release, plugins: spec.plugins };
  const placeOf = (path: readonly string[]): Place => ({ path: path.join('.') });
  return { spec: hasErrors(problems) ? null : spec, refs, identityFiles: [], problems, placeOf };
}

/** Definitions that stayed as they were keep the lines of the file that they came from. */
function withKnownGraphs(spec: ClusterSpec, base: ClusterSpec | null): ClusterSpec {
  if (!spec.graphs || !base?.graphs) return spec;
  const known = new Map(base.graphs.map((graph) => [`${graph.type} ${canonicalJson(graph.written)}`, graph]));
  return {
    ...spec,
    graphs: spec.graphs.map((graph) => known.get(`${graph.type} ${canonicalJson(graph.written)}`) ?? graph),
  };
}

function readCluster(map: MapCursor): ClusterSpec | null {
  map.knowsOnly(CLUSTER_KEYS, 'warning');
  const name = map.require('cluster')?.name() ?? null;
  const nodes = readNodes(map.require('nodes'));
  const graphs = readClusterGraphs(map);
  const driver = present(map, 'driver', readDriver);
  const allow = present(map, 'allow', readAllowed);
  const options = readByName(map.get('options'), (each) => each.boolean());
  const counts = readByName(map.get('counts'), (each) => each.integer(0, 1_000_000));
  const profiles = readByName(map.get('profiles'), (each) => each.name());
  const preset = present(map, 'preset', readPreset);
  const spec = {
    environment: present(map, 'environment', (each) => each.name()),
    release: present(map, 'release', readVersioned),
    plugins: (map.get('plugins')?.itemsOrOne() ?? []).map(readVersioned).filter((each) => each !== null),
    taskBased: present(map, 'taskBased', (each) => each.boolean()),
    master: present(map, 'master', (each) => each.name()),
    settings: readSettings(map.get('settings')),
    ...(options.length > 0 ? { options: Object.fromEntries(options) } : {}),
    ...(preset ? { preset } : {}),
    ...(counts.length > 0 ? { counts: Object.fromEntries(counts) } : {}),
    ...(profiles.length > 0 ? { profiles: Object.fromEntries(profiles) } : {}),
    limits: readLimits(map.get('limits')),
    ...(driver ? { driver } : {}),
    ...(allow && allow.length > 0 ? { allow } : {}),
    ...(graphs.length > 0 ? { graphs } : {}),
    nodes,
  };
  checkNodeReferences(map, spec.master, nodes);
  checkRepeatedPlugins(map.get('plugins'), spec.plugins);
  return name === null ? null : { name, ...spec };
}

function present<T>(map: MapCursor, key: string, read: (cursor: Cursor) => T | null): T | null {
  const cursor = map.get(key);
  return cursor && !cursor.isNull ? read(cursor) : null;
}

/** `name@version`. */
function readVersioned(cursor: Cursor): string | null {
  const text = cursor.text('name@version');
  if (text === null) return null;
  const parts = /^([A-Za-z0-9][A-Za-z0-9._-]{0,127})@(.{1,128})$/.exec(text);
  return parts && valid(parts[2]) === parts[2] ? text : cursor.refuse('a name and a version such as pg-ha@1.0.0');
}

function checkRepeatedPlugins(cursor: Cursor | null, plugins: readonly string[]): void {
  const names = plugins.map((plugin) => plugin.slice(0, plugin.lastIndexOf('@')));
  const repeated = names.filter((name, index) => names.indexOf(name) < index);
  for (const name of new Set(repeated))
    cursor?.report('CLUSTER_INVALID_VALUE', `\`plugins\` names ${name} more than once`, {
      remedy: 'Keep one version of each plugin.',
    });
}

function readLimits(cursor: Cursor | null): ClusterSpec['limits'] {
  const map = cursor && !cursor.isNull ? cursor.map('{nodesAtOnce, ramps}') : null;
  map?.knowsOnly(['nodesAtOnce', 'ramps'], 'error');
  const amount = map?.get('nodesAtOnce');
  const ramps = readRamps(map?.get('ramps') ?? null);
  return {
    nodesAtOnce: amount && !amount.isNull ? amount.integer(1, 1_000_000) : null,
    ...(ramps.length > 0 ? { ramps: Object.fromEntries(ramps) } : {}),
  };
}

function readRamps(cursor: Cursor | null): [string, Ramp | null][] {
  const map = cursor && !cursor.isNull ? cursor.map('a mapping of role names') : null;
  const ramps: [string, Ramp | null][] = [];
  for (const role of map?.keys() ?? []) {
    const each = map?.get(role);
    if (each) ramps.push([role, each.isNull ? null : readRamp(each)]);
  }
  return ramps;
}

/** Values by name, sorted; null takes one away. */
function readByName<T>(cursor: Cursor | null, read: (each: Cursor) => T | null): [string, T][] {
  const map = cursor && !cursor.isNull ? cursor.map('a mapping of names') : null;
  const values: [string, T][] = [];
  for (const name of map?.keys() ?? []) {
    const each = map?.get(name);
    const value = each && !each.isNull ? read(each) : null;
    if (!each || value === null) continue;
    if (NAME_PATTERN.test(name)) values.push([name, value]);
    else each.report('CLUSTER_INVALID_VALUE', `"${name.slice(0, 60)}" is no name`);
  }
  return values.sort(([a], [b]) => byCodeUnit(a, b));
}

function readPreset(cursor: Cursor): ClusterPreset | null {
  const map = cursor.map('{name, settings}');
  map?.knowsOnly(['name', 'settings'], 'error');
  const name = map?.require('name')?.name() ?? null;
  return name === null || !map ? null : { name, settings: readSettings(map.get('settings')) };
}

function readSettings(cursor: Cursor | null): JsonObject {
  return cursor && !cursor.isNull ? (cursor.object() ?? {}) : {};
}

/** Everywhere that settings stand. */
function settingsIn(map: MapCursor): Cursor[] {
  const nodes = map.get('nodes');
  const all = nodes?.located.kind === 'map' ? nodes.map() : null;
  const parts = [map, map.get('preset'), ...(all?.keys() ?? []).map((name) => all?.get(name) ?? null)];
  return parts.flatMap((part) => {
    const owner = part instanceof Cursor ? (part.located.kind === 'map' ? part.map() : null) : part;
    return owner?.get('settings') ?? [];
  });
}

/** What looks like an envelope would be opened later; those come from the planner's own hand only. */
function refuseSealed(cursor: Cursor, located: Located): void {
  if (located.kind === 'list') for (const item of located.items) refuseSealed(cursor, item);
  if (located.kind !== 'map') return;
  const sealed = located.entries.get('$sealed');
  if (sealed)
    new Cursor(cursor.reading, located, cursor.path, sealed.at).report(
      'CLUSTER_SEALED_VALUE',
      `\`${cursor.path}\` holds the key $sealed`,
    );
  for (const { value } of located.entries.values()) refuseSealed(cursor, value);
}

function readNodes(cursor: Cursor | null): ClusterNode[] {
  const map = cursor && !cursor.isNull ? cursor.map('a mapping of node names') : null;
  return (map?.keys() ?? []).map((name) => readNode(name, map?.get(name) ?? null)).filter((each) => each !== null);
}

function readNode(name: string, cursor: Cursor | null): ClusterNode | null {
  const own = cursor?.about(`node ${name.slice(0, 80)}`);
  if (!own) return null;
  const isName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name);
  if (!isName)
    own.report('CLUSTER_INVALID_VALUE', 'has no usable name', {
      remedy: 'Use letters, digits, dots, underscores and hyphens, at most 128, the first a letter or digit.',
    });
  if (RESERVED_NODE_NAMES.includes(name)) own.report('CLUSTER_RESERVED_NAME', `has the reserved name \`${name}\``);
  if (own.isNull) return { name, access: {}, roles: [], tags: null, settings: {} };
  const map = own.map();
  if (!map) return null;
  map.knowsOnly([...ACCESS_KEYS, 'roles', 'tags', 'settings'], 'error');
  const names = (key: string): string[] => [
    ...new Set((map.get(key)?.itemsOrOne() ?? []).map((item) => item.name()).filter((each) => each !== null)),
  ];
  const tags = map.get('tags');
  return {
    name,
    access: readAccess(map),
    roles: names('roles'),
    tags: tags && !tags.isNull ? names('tags') : null,
    settings: readSettings(map.get('settings')),
  };
}

function placeIn(root: Located | null, file: string, path: readonly string[]): Place {
  let located = root;
  let at = root?.at;
  for (const key of path) {
    if (located?.kind === 'map') {
      const entry = located.entries.get(key);
      if (!entry) break;
      [located, at] = [entry.value, entry.at];
    } else if (located?.kind === 'list') {
      const item: Located | undefined = located.items[Number(key)];
      if (!item) break;
      [located, at] = [item, item.at];
    } else break;
  }
  return { file, ...(at ? { line: at.line, column: at.column } : {}), path: path.join('.') };
}
