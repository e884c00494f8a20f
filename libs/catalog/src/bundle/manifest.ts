import type { Bundle, BundleKind, JsonObject } from '@muster/model';
import { valid } from 'semver';
import type { Cursor, MapCursor } from '../yaml/cursor';
import { checkSchema } from '../settings/check-schema';
import { readOptions } from './options';
import { readIncludes } from './includes';
import { readReference } from './reference';
import { readRoles } from './roles';

/** What release.yaml or plugin.yaml says. */
export type Manifest = Omit<Bundle, 'graphs' | 'files'>;

const COMMON_KEYS = [
  'name',
  'version',
  'title',
  'description',
  'compat',
  'fuelVersion',
  'roles',
  'tags',
  'settings',
  'options',
  'sequences',
];

const RELEASE_KEYS = [...COMMON_KEYS, 'extends', 'includes'];
const PLUGIN_KEYS = [...COMMON_KEYS, 'releases'];

/** Null if it has no usable name or version; every problem is reported. */
export function readManifest(cursor: Cursor, kind: BundleKind): Manifest | null {
  const map = cursor.map(`a mapping with name and version`);
  if (!map) return null;
  map.knowsOnly(kind === 'release' ? RELEASE_KEYS : PLUGIN_KEYS, 'warning');
  const name = map.require('name')?.name() ?? null;
  const version = readVersion(map.require('version'));
  const options = readOptions(map.get('options'));
  const manifest = {
    title: map.get('title')?.text() ?? null,
    compat: map.get('compat')?.oneOf(['fuel'] as const) ?? null,
    fuelVersion: readFuelVersion(map),
    extends: kind === 'release' ? readReference(map.get('extends')) : null,
    releases: kind === 'plugin' ? readReleases(map) : [],
    roles: readRoles(map.get('roles')),
    tags: readTags(map.get('tags')),
    settings: readSettings(map),
    ...(Object.keys(options).length > 0 ? { options } : {}),
    sequences: readSequences(map.get('sequences')),
  };
  const includes = kind === 'release' ? readIncludes(map.get('includes')) : [];
  if (name === null || version === null) return null;
  return { kind, name, version, ...manifest, ...(includes.length === 0 ? {} : { includes }) };
}

/** What a folder without a manifest counts as: usable for offline planning only. */
export function emptyManifest(): Manifest {
  return {
    ...{
      kind: 'release' as const,
      name: 'offline',
      version: '0.0.0',
      title: null,
      compat: null,
      fuelVersion: null,
      extends: null,
    },
    ...{ releases: [], roles: {}, tags: {}, settings: null, sequences: {} },
  };
}

function readVersion(cursor: Cursor | null): string | null {
  const text = cursor?.text('a version such as 1.0.0') ?? null;
  if (text === null || !cursor) return null;
  return text.length <= 128 && valid(text) === text ? text : cursor.refuse('a semantic version such as 1.0.0');
}

function readFuelVersion(map: MapCursor): string | null {
  const text = map.get('fuelVersion')?.text() ?? null;
  if (text === null) return null;
  return /^\d+\.\d+(\.\d+)?$/.test(text)
    ? text
    : (map.get('fuelVersion')?.refuse('a version of Fuel such as "9.0"') ?? null);
}

function readReleases(map: MapCursor): string[] {
  const items = map.require('releases')?.itemsOrOne() ?? [];
  return items.map(readReference).filter((each) => each !== null);
}

function readTags(cursor: Cursor | null): Record<string, { hasPrimary: boolean }> {
  const map = cursor && !cursor.isNull ? cursor.map() : null;
  const tags = (map?.keys() ?? []).map((key): [string, { hasPrimary: boolean }] => {
    const each = map?.get(key);
    const tag = each && !each.isNull ? each.map('{hasPrimary}') : null;
    tag?.knowsOnly(['hasPrimary'], 'error');
    return [key, { hasPrimary: tag?.get('hasPrimary')?.boolean() ?? false }];
  });
  return Object.fromEntries(tags);
}

function readSettings(map: MapCursor): JsonObject | null {
  const cursor = map.get('settings');
  const schema = cursor && !cursor.isNull ? cursor.object() : null;
  if (schema && cursor) checkSchema(cursor);
  return schema;
}

function readSequences(cursor: Cursor | null): Record<string, string[]> {
  const map = cursor && !cursor.isNull ? cursor.map('a mapping of names to lists of graph types') : null;
  return Object.fromEntries(
    (map?.keys() ?? []).map((key) => [
      key,
      (map?.get(key)?.items() ?? []).map((item) => item.name()).filter((each) => each !== null),
    ]),
  );
}
