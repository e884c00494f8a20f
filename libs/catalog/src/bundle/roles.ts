import type { Role, RoleMode } from '@muster/model';
import { NAME_PATTERN } from '@muster/model';
import type { Cursor } from '../yaml/cursor';
import { readFaultTolerance } from './fault-tolerance';
import { readRamp } from './ramp';

const ROLE_KEYS = [
  'tags',
  'hasPrimary',
  'order',
  'mode',
  'min',
  'max',
  'concurrency',
  'faultTolerance',
  'ramp',
  'conflicts',
  'title',
  'description',
];
const MODES: readonly RoleMode[] = ['concurrent', 'serial', 'leader'];

/** A role of which nothing is said. */
export function plainRole(name: string): Role {
  return {
    ...{ name, tags: [name], hasPrimary: false, order: null, mode: 'concurrent', min: 0, max: null },
    ...{ concurrency: null, faultTolerance: null, conflicts: [] },
  };
}

/** Roles by name, defaults filled in; every problem is reported. */
export function readRoles(cursor: Cursor | null): Record<string, Role> {
  const map = cursor && !cursor.isNull ? cursor.map('a mapping of role names') : null;
  const roles: [string, Role][] = [];
  for (const name of map?.keys() ?? []) {
    const each = map?.get(name);
    if (!each) continue;
    if (NAME_PATTERN.test(name)) roles.push([name, each.isNull ? plainRole(name) : readRole(name, each)]);
    else
      each.report('BUNDLE_INVALID_VALUE', `"${name.slice(0, 60)}" is no name for a role`, {
        remedy: 'Use letters, digits, dots, underscores and hyphens, at most 128.',
      });
  }
  return Object.fromEntries(roles);
}

function readRole(name: string, cursor: Cursor): Role {
  const map = cursor.map('a mapping');
  if (!map) return plainRole(name);
  map.knowsOnly(ROLE_KEYS, 'error');
  const integer = (key: string, min: number): number | null => {
    const each = map.get(key);
    return each && !each.isNull ? each.integer(min, 1_000_000) : null;
  };
  const names = (key: string): string[] =>
    (map.get(key)?.itemsOrOne() ?? []).map((item) => item.name()).filter((each) => each !== null);
  const tolerance = map.get('faultTolerance');
  const written = map.get('ramp');
  const ramp = written && !written.isNull ? readRamp(written) : null;
  const [min, max] = [integer('min', 0) ?? 0, integer('max', 0)];
  if (max !== null && max < min) map.get('max')?.refuse(`at least min, which is ${min}`);
  const tags = names('tags');
  return {
    name,
    tags: tags.length > 0 ? tags : [name],
    hasPrimary: map.get('hasPrimary')?.boolean() ?? false,
    order: integer('order', Number.MIN_SAFE_INTEGER),
    mode: map.get('mode')?.oneOf(MODES) ?? 'concurrent',
    min,
    max,
    concurrency: integer('concurrency', 1),
    faultTolerance: tolerance ? readFaultTolerance(tolerance) : null,
    ...(ramp ? { ramp } : {}),
    conflicts: names('conflicts'),
  };
}
