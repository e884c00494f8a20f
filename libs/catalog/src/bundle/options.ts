import { NAME_PATTERN, type OptionDeclaration, type OptionGroup } from '@muster/model';
import type { Cursor, MapCursor } from '../yaml/cursor';

const OPTIONS_MAX = 1000;

/**
 * `options: {storage: {exclusive: true, options: {ceph: {requires: [tls], settings: {...}}, lvm: {default: true}}}}`, by
 * group. What is wrong inside one bundle is reported; what another bundle may have is not.
 */
export function readOptions(cursor: Cursor | null): Record<string, OptionGroup> {
  const map = cursor && !cursor.isNull ? cursor.map('a mapping of groups of options') : null;
  const owners = new Map<string, string>();
  const groups: [string, OptionGroup][] = [];
  for (const name of map?.keys() ?? []) {
    const each = map?.get(name);
    if (each && isName(each, name)) groups.push([name, readGroup(name, each, owners)]);
  }
  if (cursor && owners.size > OPTIONS_MAX) cursor.refuse(`at most ${OPTIONS_MAX} options`);
  return Object.fromEntries(groups);
}

function readGroup(name: string, cursor: Cursor, owners: Map<string, string>): OptionGroup {
  const map = cursor.about(`options ${name}`).map('{title, exclusive, options}');
  map?.knowsOnly(['title', 'description', 'exclusive', 'options'], 'error');
  const inner = map?.require('options')?.map('a mapping of option names') ?? null;
  const options: [string, OptionDeclaration][] = [];
  for (const key of inner?.keys() ?? []) {
    const each = inner?.get(key);
    if (!each || !isName(each, key)) continue;
    const other = owners.get(key);
    if (other !== undefined)
      each.report('BUNDLE_INVALID_VALUE', `the option ${key} is in the groups ${other} and ${name}`);
    owners.set(key, name);
    options.push([key, readOption(key, each)]);
  }
  const exclusive = map?.get('exclusive')?.boolean() ?? false;
  checkGroup(
    cursor,
    exclusive,
    options.map(([, option]) => option),
  );
  return { name, title: map?.get('title')?.text() ?? null, exclusive, options: Object.fromEntries(options) };
}

function readOption(name: string, cursor: Cursor): OptionDeclaration {
  const none = { name, title: null, description: null, requires: [], default: false, settings: {} };
  const map = cursor.isNull ? null : cursor.about(`option ${name}`).map('{title, requires, default, settings}');
  if (!map) return none;
  map.knowsOnly(['title', 'description', 'requires', 'default', 'settings'], 'error');
  const settings = map.get('settings');
  return {
    name,
    title: map.get('title')?.text() ?? null,
    description: map.get('description')?.text() ?? null,
    requires: readRequires(name, map),
    default: map.get('default')?.boolean() ?? false,
    settings: settings && !settings.isNull ? (settings.object() ?? {}) : {},
  };
}

function readRequires(name: string, map: MapCursor): string[] {
  const names = (map.get('requires')?.itemsOrOne() ?? []).map((item) => item.name()).filter((each) => each !== null);
  if (names.includes(name)) map.get('requires')?.report('BUNDLE_INVALID_VALUE', `the option ${name} requires itself`);
  return [...new Set(names)];
}

/** What could never be on, or is not as it comes. */
function checkGroup(cursor: Cursor, exclusive: boolean, options: readonly OptionDeclaration[]): void {
  if (!exclusive) return;
  const defaults = options.filter((each) => each.default).map((each) => each.name);
  if (defaults.length > 1)
    cursor.report(
      'BUNDLE_INVALID_VALUE',
      `of an exclusive group only one option can be the default, not ${defaults.join(' and ')}`,
    );
  const names = new Set(options.map((each) => each.name));
  for (const { name, requires } of options) {
    const other = requires.find((each) => names.has(each));
    if (other !== undefined)
      cursor.report('BUNDLE_INVALID_VALUE', `the option ${name} requires ${other}, which its own group excludes`);
  }
}

function isName(cursor: Cursor, name: string): boolean {
  if (NAME_PATTERN.test(name)) return true;
  cursor.report('BUNDLE_INVALID_VALUE', `"${name.slice(0, 60)}" is no name for options`, {
    remedy: 'Use letters, digits, dots, underscores and hyphens, at most 128.',
  });
  return false;
}
