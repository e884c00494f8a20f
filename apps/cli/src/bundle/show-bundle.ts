import type { BundleView } from '@muster/client';
import type { Bundle, BundleKind } from '@muster/model';
import { ExitCode } from '../exit-code';
import { coloursFor } from '../io/colours';
import { shownLine } from '../io/shown-text';
import { table } from '../io/table';
import type { Session } from '../session';
import { type BundleReference, routesOf } from './bundle-reference';
import { countFindings, listFindings } from './list-findings';

export async function showBundle(
  session: Session,
  kind: BundleKind,
  { name, version }: BundleReference,
): Promise<ExitCode> {
  const view = await routesOf(await session.client(), kind).get(name, version);
  session.answer(view, () => shown(kind, view));
  return ExitCode.success;
}

/** Everything that lint finds in what is published, and the warnings of publishing; findings are no failure. */
export async function lintPublished(
  session: Session,
  kind: BundleKind,
  { name, version, text }: BundleReference,
): Promise<ExitCode> {
  const { problems } = await routesOf(await session.client(), kind).findings(name, version);
  session.answer(
    { problems },
    () =>
      `${kind} ${text}: ${countFindings(problems)}\n${listFindings(problems, coloursFor(session.io, session.io.stdout))}`,
  );
  return ExitCode.success;
}

function shown(kind: BundleKind, view: BundleView): string {
  // What the planner stores is what this version or an older one parsed.
  const content = view.content as unknown as Bundle;
  const parts = [
    headOf(kind, view, content),
    rolesOf(content),
    graphsOf(content),
    settingsOf(content),
    filesOf(content),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function headOf(kind: BundleKind, view: BundleView, { releases, sequences }: Bundle): string {
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
    role.order === null ? '' : String(role.order),
    role.mode,
    `${role.min}..${role.max ?? ''}`,
    role.hasPrimary || role.tags.some((tag) => tags[tag]?.hasPrimary === true) ? 'yes' : '',
  ]);
  return rows.length === 0 ? '' : table(['role', 'tags', 'order', 'mode', 'nodes', 'primary'], rows);
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

function filesOf({ files }: Bundle): string {
  const rows = files.map(({ path, size, digest }) => [path, String(size), digest]);
  return rows.length === 0 ? '' : table(['file', 'bytes', 'digest'], rows);
}
