import { isOutputBinding, type Json, type JsonObject, type TaskType } from '@muster/model';
import type { Cursor, MapCursor } from '../yaml/cursor';
import { PARAMETER_SHAPES, SETTLED_KEYS, type ParameterShape } from './parameter-shapes';
import { readExpression } from './relations';
import { oneOfTwo } from './two-places';

/**
 * Parameters of a definition, checked by type: unknown ones and absent required ones are warnings, wrong values errors.
 * `cwd` may stand beside `parameters` too.
 */
export function readParameters(map: MapCursor, parameters: MapCursor | null, type: TaskType | null): JsonObject {
  const shapes = type === null ? undefined : PARAMETER_SHAPES[type];
  const result: Record<string, Json> = Object.create(null) as Record<string, Json>;
  const settled: readonly string[] =
    type === 'wait-for' ? SETTLED_KEYS.filter((key) => key !== 'interval') : SETTLED_KEYS;
  for (const key of parameters?.keys() ?? []) {
    const cursor = parameters?.get(key);
    if (!cursor || settled.includes(key)) continue;
    const shape = shapes && Object.hasOwn(shapes.known, key) ? shapes.known[key] : undefined;
    const value = shape ? readValue(cursor, shape) : cursor.json();
    if (value !== null) result[key] = value;
  }
  const cwd = oneOfTwo(map.get('cwd'), parameters?.get('cwd') ?? null);
  if (cwd && !cwd.isNull) result['cwd'] = readValue(cwd, 'text') ?? '/';
  if (type === 'wait-for') {
    const interval = oneOfTwo(map.get('interval'), parameters?.get('interval') ?? null);
    if (interval && !interval.isNull) result['interval'] = readValue(interval, 'seconds') ?? 1;
  }
  if (shapes) {
    parameters?.knowsOnly([...Object.keys(shapes.known), ...SETTLED_KEYS], 'warning');
    checkRequired(
      map.cursor,
      shapes.oneOf,
      (parameters?.keys() ?? []).filter((key) => parameters?.get(key)?.isNull === false),
    );
  }
  // Copied, so that it has the prototype that everybody expects; keys are defined, not assigned.
  return Object.fromEntries(Object.entries(result));
}

function checkRequired(cursor: Cursor, groups: readonly (readonly string[])[], given: readonly string[]): void {
  for (const group of groups) {
    const there = group.filter((key) => given.includes(key));
    if (there.length > 1)
      cursor.report(
        'BUNDLE_CONFLICTING_VALUES',
        `has ${there.map((key) => `\`parameters.${key}\``).join(' and ')}; only one of them can be meant`,
      );
    if (there.length === 0)
      cursor.report('BUNDLE_MISSING_PARAMETER', `lacks ${group.map((key) => `\`parameters.${key}\``).join(' or ')}`);
  }
}

function readValue(cursor: Cursor, shape: ParameterShape): Json {
  const expression = readExpression(cursor);
  if (expression) return { ...expression };
  if (isOutputBinding(cursor.json())) return cursor.json();
  switch (shape) {
    case 'text':
      return cursor.text();
    case 'permissions':
      return readPermissions(cursor);
    case 'integer':
      return cursor.integer(1, 65_535);
    case 'seconds':
      return cursor.seconds(0.001) === null ? null : cursor.json();
    case 'flag':
      return cursor.boolean();
    case 'mapping':
      return cursor.object();
    case 'files':
      return readFiles(cursor);
    case 'method':
      return cursor.oneOf(HTTP_METHODS);
    case 'url': {
      const url = cursor.text();
      return url === null || /^https?:\/\/\S+$/.test(url) ? url : cursor.refuse('an http:// or https:// address');
    }
    case 'expect':
      return readExpect(cursor);
    case 'checks':
      return readChecks(cursor);
    case 'uploads':
      return readUploads(cursor);
    case 'environment':
      return readEnvironment(cursor);
    case 'paths':
      return readPaths(cursor);
    case 'anything':
      return cursor.json();
  }
}

/** YAML reads `0640` as a number; what was written is what is meant. */
function readPermissions(cursor: Cursor): string | null {
  const text = cursor.text('permissions such as "0644"');
  const octal = text === null ? null : /^0?o?([0-7]{3,4})$/.exec(text);
  if (text !== null && !octal) return cursor.refuse('permissions such as "0644"');
  return octal ? (octal[1] as string).padStart(4, '0') : null;
}

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Variables by name. Those of the launcher are not to be given: it says through them where the attempt is. */
function readEnvironment(cursor: Cursor): Json {
  const map = cursor.map('a mapping of variables');
  if (!map) return null;
  for (const name of map.keys()) {
    const value = map.get(name);
    if (!value) continue;
    if (!VARIABLE_NAME.test(name))
      value.report('BUNDLE_INVALID_VALUE', `\`${name.slice(0, 80)}\` is no name of a variable`, {
        remedy: 'Write letters, digits and underscores, the first one no digit.',
      });
    if (name.startsWith('MUSTER_'))
      value.report('BUNDLE_INVALID_VALUE', `\`${name.slice(0, 80)}\` begins with MUSTER_, which is ours to set`, {
        remedy: 'Give the variable another name.',
      });
  }
  return cursor.json();
}

function readPaths(cursor: Cursor): Json {
  for (const item of cursor.itemsOrOne() ?? []) readValue(item, 'text');
  return cursor.json();
}

const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** A status, a list of them, or `{status, body}`. */
function readExpect(cursor: Cursor): Json {
  const map = cursor.located.kind === 'map' ? cursor.map() : null;
  map?.knowsOnly(['status', 'body'], 'warning');
  const statuses = map ? map.get('status') : cursor;
  for (const status of statuses?.itemsOrOne() ?? []) status.integer(100, 599);
  const body = map?.get('body');
  if (body && !body.isNull && /[\r\n]/.test(body.text() ?? '')) body.refuse('a text of one line');
  return cursor.json();
}

/** Checks of a validation: a name of its own each. */
function readChecks(cursor: Cursor): Json {
  const names = new Set<string>();
  for (const item of cursor.items() ?? []) {
    const map = item.map('{name, cmd, severity}');
    map?.knowsOnly(['name', 'cmd', 'severity'], 'warning');
    const name = map?.require('name')?.name() ?? null;
    if (name !== null && names.has(name))
      item.report('BUNDLE_INVALID_VALUE', `check ${name} is there twice`, {
        remedy: 'Give each check a name of its own.',
      });
    if (name !== null) names.add(name);
    const cmd = map?.require('cmd');
    if (cmd) readValue(cmd, 'text');
    map?.get('severity')?.oneOf(['fatal', 'warning'] as const);
  }
  return cursor.json();
}

/** What `upload_file` takes, as items of a list; `dst` is the field's word for `path`. */
function readUploads(cursor: Cursor): Json {
  return (cursor.items() ?? []).map((item) => {
    if (readExpression(item)) return item.json();
    const map = item.map('{path, data | file, permissions}');
    if (!map) return null;
    map.knowsOnly(Object.keys(UPLOAD), 'warning');
    checkRequired(
      item,
      [
        ['path', 'dst'],
        ['data', 'file'],
      ],
      map.keys(),
    );
    const entries = map.keys().map((key): [string, Json] => {
      const part = map.get(key);
      return [key, !part || part.isNull ? null : readValue(part, UPLOAD[key] ?? 'anything')];
    });
    return Object.fromEntries(entries);
  });
}

const UPLOAD: Readonly<Record<string, ParameterShape>> = {
  ...{ path: 'text', dst: 'text', data: 'anything', file: 'text' },
  ...{ permissions: 'permissions', dir_permissions: 'permissions' },
};

function readFiles(cursor: Cursor): Json {
  const items = cursor.items();
  return (
    items?.map((item) => {
      if (readExpression(item)) return item.json();
      const map = item.map('{src, dst}');
      map?.knowsOnly(['src', 'dst'], 'warning');
      for (const key of ['src', 'dst']) {
        const part = map?.require(key);
        if (part) readValue(part, 'text');
      }
      return item.json();
    }) ?? null
  );
}
