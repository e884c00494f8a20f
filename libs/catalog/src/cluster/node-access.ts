import type { NodeAccess } from '@muster/model';
import { isHostname, isIpv4, isIpv6 } from '@muster/model/schema';
import type { Cursor, MapCursor } from '../yaml/cursor';

export const ACCESS_KEYS = [
  'address',
  'port',
  'user',
  'become',
  'identityFile',
  'hostKey',
  'jump',
  'stateDir',
] as const;

/** How a node is reached; keys that are absent stay absent. Every problem is reported. */
export function readAccess(map: MapCursor): NodeAccess {
  const read = <T>(key: (typeof ACCESS_KEYS)[number], each: (cursor: Cursor) => T | null): Record<string, T> => {
    const cursor = map.get(key);
    const value = cursor && !cursor.isNull ? each(cursor) : null;
    return value === null ? {} : { [key]: value };
  };
  return {
    ...read('address', readAddress),
    ...read('port', (cursor) => cursor.integer(1, 65_535)),
    ...read('user', (cursor) => matching(cursor, /^[a-z_][a-z0-9_.-]{0,31}\$?$/i, 'a login name')),
    ...read('become', (cursor) => cursor.oneOf(['none', 'sudo'] as const)),
    ...read('identityFile', (cursor) => cursor.string('a path on the machine of the CLI')),
    ...read('hostKey', (cursor) =>
      matching(
        cursor,
        /^SHA256:[A-Za-z0-9+/]{43}=?$/,
        '"SHA256:" and the fingerprint in base64, as ssh-keygen -lf prints it',
      ),
    ),
    ...read('jump', (cursor) => cursor.name()),
    ...read('stateDir', readStateDir),
  };
}

function readAddress(cursor: Cursor): string | null {
  const text = cursor.text('a host name or an IP address');
  if (text === null || isIpv4(text) || isIpv6(text)) return text;
  // Four numbers are an address or a mistake, never a host name.
  return isHostname(text) && !/^[\d.]+$/.test(text) ? text : cursor.refuse('a host name or an IP address');
}

function readStateDir(cursor: Cursor): string | null {
  const text = cursor.string('an absolute path');
  if (text === null) return null;
  const isPlain = /^\/[^\0\n]*$/.test(text) && text.length <= 1000 && !text.split('/').includes('..');
  if (!isPlain || text === '/') return cursor.refuse('an absolute path without `..`');
  return text;
}

function matching(cursor: Cursor, pattern: RegExp, expected: string): string | null {
  const text = cursor.text(expected);
  return text === null || pattern.test(text) ? text : cursor.refuse(expected);
}
