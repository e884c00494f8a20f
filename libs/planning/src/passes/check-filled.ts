import { blankPaths } from '@muster/catalog';
import type { Draft } from '../draft/draft';

/** Tells what somebody still has to say or give before the plan can be deployed; it can be looked at without. */
export function checkFilled(draft: Draft): void {
  const { cluster } = draft.input;
  for (const path of blankPaths(cluster)) {
    draft.report('PLAN_BLANK', {
      subject: `setting ${path.join('.').slice(0, 300)}`,
      summary: 'is a secret that is still to be filled',
    });
  }
  for (const [role, wanted] of Object.entries(cluster.counts ?? {})) {
    const has = cluster.nodes.filter((node) => node.roles.includes(role)).length;
    if (has !== wanted)
      draft.report('PLAN_COUNT_UNMET', { subject: `role ${role}`, summary: `needs ${wanted}, has ${has}` });
  }
}
