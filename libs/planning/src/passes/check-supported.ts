import type { Draft } from '../draft/draft';
import { mergeRoles } from './merge-layers';

/** Refuses what this version cannot carry out and must not leave out silently: a limit or an order would be missing. */
export function checkSupported(draft: Draft): void {
  const refuse = (subject: string, what: string): void =>
    draft.report('PLAN_UNSUPPORTED', { subject, summary: `${what} cannot be carried out by this version` });
  const { cluster, release, plugins } = draft.input;
  const isOldFuel =
    release.compat === 'fuel' && release.fuelVersion !== null && Number(release.fuelVersion.split('.')[0]) < 8;
  if (!(cluster.taskBased ?? !isOldFuel))
    refuse(`cluster ${cluster.name}`, 'role-by-role deployment (`taskBased: false`, the default of Fuel below 8.0)');
  for (const bundle of [release, ...plugins])
    if (bundle.extends !== null) refuse(`${bundle.kind} ${bundle.name}`, '`extends`');
  checkGraphMetadata(draft);
  for (const role of mergeRoles(draft).values())
    if (role.mode !== 'concurrent') refuse(`role ${role.name}`, `the mode \`${role.mode}\``);
  for (const { definition } of draft.definitions.values()) {
    for (const key of ['repeat', 'section', 'pool'] as const)
      if (definition[key] !== null) refuse(`task ${definition.id}`, `\`${key}\``);
  }
}

/** A filter of nodes that is not applied would let the graph loose on all of them; what follows a graph only misses its effect. */
function checkGraphMetadata(draft: Draft): void {
  const { release, plugins, graphType } = draft.input;
  for (const { metadata } of [release, ...plugins].flatMap(({ graphs }) =>
    graphs.filter(({ type }) => type === graphType),
  )) {
    for (const key of ['node_filter', 'on_success', 'on_error', 'on_stop'] as const) {
      if ((metadata[key] ?? null) === null) continue;
      draft.report('PLAN_UNSUPPORTED', {
        subject: `graph ${graphType}`,
        summary: `\`${key}\` cannot be carried out by this version`,
        ...(key === 'node_filter' ? {} : { severity: 'warning' as const }),
      });
    }
  }
}
