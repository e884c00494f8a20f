import type { NodeAccess } from '@muster/model';
import { HOST_KEY_PATTERN, isNodeAddress, isStateFolder, LOGIN_PATTERN } from '@muster/model/schema';
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
    ...read('user', (cursor) => matching(cursor, LOGIN_PATTERN, 'a login name')),
    ...read('become', (cursor) => cursor.oneOf(['none', 'sudo'] as const)),
    ...read('identityFile', (cursor) => cursor.string('a path on the machine of the CLI')),
    ...read('hostKey', (cursor) =>
      matching(cursor, HOST_KEY_PATTERN, '"SHA256:" and the fingerprint in base64, as ssh-keygen -lf prints it'),
    ),
    ...read('jump', (cursor) => cursor.name()),
    ...read('stateDir', readStateDir),
  };
}

function readAddress(cursor: Cursor): string | null {
  const text = cursor.text('a host name or an IP address');
  return text === null || isNodeAddress(text) ? text : cursor.refuse('a host name or an IP address');
}

function readStateDir(cursor: Cursor): string | null {
  const text = cursor.string('an absolute path');
  return text === null || isStateFolder(text) ? text : cursor.refuse('an absolute path without `..`');
}

function matching(cursor: Cursor, pattern: RegExp, expected: string): string | null {
  const text = cursor.text(expected);
  return text === null || pattern.test(text) ? text : cursor.refuse(expected);
}
