import type { TaskDefinition } from '@muster/model';
import type { Draft } from './draft';

/** Whether the cluster is planned role by role: because it says so, its release does, or a definition is too old for anything else. */
export function isRoleByRole(draft: Draft): boolean {
  return !isTaskBased(draft) || definitionsTooOld(draft).length > 0;
}

/** What the cluster says, else its release: the field's releases below 8.0 are role by role. */
export function isTaskBased({ input: { cluster, release } }: Draft): boolean {
  const isOldFuel =
    release.compat === 'fuel' && release.fuelVersion !== null && Number(release.fuelVersion.split('.')[0]) < 8;
  return cluster.taskBased ?? !isOldFuel;
}

const WITHOUT_VERSION: ReadonlySet<TaskDefinition['type']> = new Set(['stage', 'group', 'anchor', 'skipped']);

/**
 * Definitions below version 2.0.0, which were written for role by role: their order across nodes is in no relation.
 * Without a version a definition of the field counts as 1.0.0, one of ours as the newest.
 */
export function definitionsTooOld(draft: Draft): TaskDefinition[] {
  return [...draft.definitions.values()]
    .filter(({ definition: { type, version }, owner }) => {
      if (WITHOUT_VERSION.has(type)) return false;
      return version === null ? owner.compat === 'fuel' : Number(version.split('.')[0]) < 2;
    })
    .map(({ definition }) => definition);
}
