import type { TaskDefinition } from '@muster/model';
import type { Draft } from '../draft/draft';
import { definitionsTooOld, isTaskBased } from '../draft/role-by-role';

/** Refuses what this version cannot carry out and must not leave out silently: a limit or an order would be missing. */
export function checkSupported(draft: Draft): void {
  const refuse = (subject: string, what: string): void =>
    draft.report('PLAN_UNSUPPORTED', { subject, summary: `${what} cannot be carried out by this version` });
  const { release, plugins } = draft.input;
  for (const bundle of [release, ...plugins]) {
    const subject = `${bundle.kind} ${bundle.name}`;
    // Whoever reads bundles puts these in; half of a release is none.
    if (bundle.extends !== null && !bundle.bases) refuse(subject, '`extends` that nobody has looked up');
    if (bundle.includes && !bundle.included) refuse(subject, '`includes` that nobody has looked up');
  }
  if (isTaskBased(draft)) for (const definition of definitionsTooOld(draft)) reportTooOld(draft, definition);
}

function reportTooOld(draft: Draft, { id, version, place }: TaskDefinition): void {
  draft.report('PLAN_ROLE_BY_ROLE', {
    subject: `task ${id}`,
    summary: `has the version ${version ?? '1.0.0'}, so the cluster is planned role by role`,
    place,
  });
}
