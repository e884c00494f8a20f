import type { Draft } from '../draft/draft';

/** Relations of a raw plan: about a gigabyte of memory. 1,000 nodes of the field's largest data have 3.2 million. */
const RELATIONS_MAX = 10_000_000;

/** Refuses a raw plan that would not fit, before it is built: what is a few barriers may be millions of pairs. */
export function checkRawSize(draft: Draft, relationsMax = RELATIONS_MAX): void {
  let count = 0;
  for (const task of draft.tasks) {
    count += task.requires.length;
    for (const set of task.requiresSets) count += draft.sets.members(set).length;
  }
  if (count <= relationsMax) return;
  draft.report('PLAN_TOO_LARGE', {
    subject: `cluster ${draft.input.cluster.name}`,
    summary: `has ${count} relations one by one; a raw plan shows at most ${relationsMax}`,
  });
  for (const task of draft.tasks) task.requiresSets = [];
}
