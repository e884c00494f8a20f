import type { BundleView } from '@muster/client';
import type { Bundle, BundleKind, FaultTolerance } from '@muster/model';
import { shownLine } from '../io/shown-text';
import { table } from '../io/table';

/** A published bundle for people: what it is, then a table of each kind of thing that it brings; nothing of what it has none of. */
export function bundleText(kind: BundleKind, view: BundleView): string {
  // What the planner stores is what this version or an older one parsed.
  const content = view.content as unknown as Bundle;
  const parts = [
    headOf(kind, view, content),
    rolesOf(content),
    graphsOf(content),
    settingsOf(content),
    optionsOf(content),
    validationsOf(content),
    includedOf(content),
    filesOf(content),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function headOf(kind: BundleKind, view: BundleView, content: Bundle): string {
  const { releases, sequences, compat, fuelVersion, bases = [] } = content;
  const lines: [string, string][] = [
    [kind, `${view.name}@${view.version}${view.title === null ? '' : ` (${view.title})`}`],
    ['digest', view.digest],
    ['published', `${view.publishedAt} by ${view.publishedBy}`],
  ];
  if (view.retiredAt !== null)
    lines.push([
      'retired',
      `${view.retiredAt} by ${view.retiredBy ?? '?'}${view.retiredWhy === null ? '' : `: ${view.retiredWhy}`}`,
    ]);
  if (compat !== null)
    lines.push(['compatible with', [compat, ...(fuelVersion === null ? [] : [fuelVersion])].join(' ')]);
  if (content.extends !== null)
    lines.push(['extends', [content.extends, ...bases.map((it) => `${it.name}@${it.version}`)].join(' <- ')]);
  if (releases.length > 0) lines.push(['fits', releases.join(', ')]);
  for (const [name, graphs] of Object.entries(sequences)) lines.push([`sequence ${name}`, graphs.join(', ')]);
  const users = view.clusters.map(({ cluster, revisions }) => `${cluster} (revision ${revisions.join(', ')})`);
  lines.push(['used by', users.join(', ') || 'no cluster']);
  return lines.map(([key, value]) => `${key}: ${shownLine(value)}\n`).join('');
}

function rolesOf({ roles, tags }: Bundle): string {
  const rows = Object.values(roles).map((role) => [
    role.name,
    role.tags.join(' '),
    role.order,
    role.ramp ? `${role.mode}, ramp ${role.ramp.steps.join(' ')} ${role.ramp.gate}` : role.mode,
    `${role.min}..${role.max ?? ''}`,
    role.concurrency,
    toleranceText(role.faultTolerance),
    role.conflicts.join(' '),
    role.hasPrimary || role.tags.some((tag) => tags[tag]?.hasPrimary === true) ? 'yes' : '',
  ]);
  const columns = ['role', 'tags', 'order', 'mode', 'nodes', 'at once', 'tolerates', 'conflicts', 'primary'];
  return rows.length === 0 ? '' : table(columns, rows);
}

function toleranceText(tolerance: FaultTolerance | null): string {
  if (tolerance === null) return '';
  if ('percent' in tolerance) return `${tolerance.percent}%`;
  return 'count' in tolerance ? String(tolerance.count) : `all but ${tolerance.atLeast}`;
}

function graphsOf({ graphs }: Bundle): string {
  const rows = graphs.map(({ type, definitions, patches = [] }) => [
    type,
    String(definitions.length),
    String(patches.length),
  ]);
  return table(['graph', 'tasks', 'patches'], rows);
}

function settingsOf({ settings }: Bundle): string {
  const properties = settings?.['properties'];
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return '';
  const rows = Object.entries(properties as Record<string, unknown>).map(([name, schema]) => {
    const it = (typeof schema === 'object' && schema !== null ? schema : {}) as Record<string, unknown>;
    const marks = ['secret', 'fixed', 'deprecated', 'generate'].filter((key) => Boolean(it[key]));
    const standard = it['default'] === undefined || it['secret'] === true ? '' : JSON.stringify(it['default']);
    return [name, typeof it['type'] === 'string' ? it['type'] : '', standard, marks.join(' ')];
  });
  return rows.length === 0 ? '' : table(['setting', 'type', 'default', ''], rows);
}

function optionsOf({ options = {} }: Bundle): string {
  const rows = Object.values(options).flatMap((group) =>
    Object.values(group.options).map((option) => [
      ...[group.exclusive ? `${group.name} (one of)` : group.name, option.name, option.default ? 'on' : 'off'],
      ...[option.requires.join(' '), Object.keys(option.settings).join(' '), option.title],
    ]),
  );
  return rows.length === 0 ? '' : table(['options', 'option', 'default', 'requires', 'sets', 'title'], rows);
}

function validationsOf({ validations = [] }: Bundle): string {
  const rows = validations.map(({ group, id, severity, stage, definition, graphs, title }) => [
    ...[group, id, severity, 'task' in stage ? `${stage.kind} ${stage.task}` : stage.kind],
    ...[definition.type, graphs.join(' '), title],
  ]);
  return rows.length === 0
    ? ''
    : table(['validations', 'validation', 'severity', 'when', 'type', 'graphs', 'title'], rows);
}

function includedOf({ included = [] }: Bundle): string {
  const rows = included.map((it) => [
    ...[it.as, `${it.name}@${it.version}`, it.connect.after.join(' '), it.connect.before.join(' ')],
  ]);
  return rows.length === 0 ? '' : table(['included as', 'release', 'after', 'before'], rows);
}

function filesOf({ files }: Bundle): string {
  const rows = files.map(({ path, size, digest }) => [path, String(size), digest]);
  return rows.length === 0 ? '' : table(['file', 'bytes', 'digest'], rows);
}
