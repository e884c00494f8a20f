import type { Connections, IncludeSpec } from '@muster/model';
import type { Cursor, MapCursor } from '../yaml/cursor';
import { readReference } from './reference';

/** Included releases of one release; more would be a mistake. */
const INCLUDES_MAX = 50;

/** `includes`: name -> `{release, settings, connect}`; every problem is reported. */
export function readIncludes(cursor: Cursor | null): IncludeSpec[] {
  const map = cursor && !cursor.isNull ? cursor.map('a mapping of names to included releases') : null;
  const keys = map?.keys() ?? [];
  if (keys.length > INCLUDES_MAX) cursor?.refuse(`at most ${INCLUDES_MAX} included releases`);
  return keys.slice(0, INCLUDES_MAX).flatMap((as) => {
    const each = map?.get(as);
    const spec = each ? readInclude(as, each) : null;
    return spec ? [spec] : [];
  });
}

function readInclude(as: string, cursor: Cursor): IncludeSpec | null {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/.test(as)) {
    cursor.report('BUNDLE_INVALID_VALUE', `"${as.slice(0, 60)}" is no name for an included release`, {
      remedy: 'Use letters, digits, underscores and hyphens, at most 40: its names begin with it and a dot.',
    });
    return null;
  }
  const map = cursor.map('{release, settings, connect}');
  map?.knowsOnly(['release', 'settings', 'connect', 'description'], 'error');
  const release = map ? readReference(map.require('release')) : null;
  const settings = map?.get('settings');
  if (!map || release === null) return null;
  return {
    as,
    release,
    settings: settings && !settings.isNull ? (settings.object() ?? {}) : {},
    connect: readConnections(map),
    place: cursor.place,
  };
}

function readConnections(include: MapCursor): Connections {
  const cursor = include.get('connect');
  const map = cursor && !cursor.isNull ? cursor.map('{after, before}') : null;
  map?.knowsOnly(['after', 'before'], 'error');
  const names = (key: string): string[] =>
    (map?.get(key)?.itemsOrOne() ?? []).map((item) => item.name()).filter((name) => name !== null);
  return { after: names('after'), before: names('before') };
}
