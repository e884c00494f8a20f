import { didYouMean } from '@muster/model';
import type { Draft } from './draft';
import { reach } from './reach';

/**
 * The tasks that lie between start and end of `START[/nodes]:END[/nodes]`: what comes after a start task and before an
 * end task, both included. Without a start: all that comes before the end; without an end: all that comes after the
 * start. By index of the task, 1 or 0; null after a problem, which is reported.
 */
export function subgraphTasks(draft: Draft, text: string): Uint8Array | null {
  const parts = text.split(':');
  const [start = '', end = ''] = parts.map((part) => part.trim());
  if (parts.length > 2 || (start === '' && end === '')) {
    refuse(
      draft,
      text,
      'names nothing',
      'Write START:END, START: or :END, each a task with /nodes behind it or without.',
    );
    return null;
  }
  const from = endpoint(draft, text, start);
  const to = endpoint(draft, text, end);
  if (!from || !to) return null;
  const after = start === '' ? null : reach(draft, withFirstRuns(draft, from), 'after');
  const before = end === '' ? null : reach(draft, to, 'before');
  const chosen = Uint8Array.from(draft.tasks, ({ index }) =>
    (after?.[index] ?? 1) === 1 && (before?.[index] ?? 1) === 1 ? 1 : 0,
  );
  if (chosen.includes(1)) return chosen;
  refuse(
    draft,
    text,
    `selects no task: nothing leads from ${start} to ${end}`,
    'Exchange start and end, or name tasks that depend on each other.',
  );
  return null;
}

/** A task that is repeated has its address at its last run, and begins with its first. */
function withFirstRuns(draft: Draft, tasks: readonly number[]): number[] {
  return tasks.flatMap((index) => {
    const { definition, node } = draft.task(index);
    const first = draft.at(`${definition.id}.1`, node);
    return first !== undefined && draft.task(first).repeatOf === definition.id ? [index, first] : [index];
  });
}

/** Tasks that one end names (`task` or `task/node,node`); empty for an empty text, null after a problem. */
function endpoint(draft: Draft, text: string, end: string): number[] | null {
  if (end === '') return [];
  const slash = end.indexOf('/');
  const id = slash < 0 ? end : end.slice(0, slash);
  const placed = draft.placed.get(id);
  if (!draft.definitions.has(id) || !placed) {
    const exists = draft.definitions.has(id);
    refuse(
      draft,
      text,
      exists ? `names ${id.slice(0, 80)}, which is on no node` : `names ${id.slice(0, 80)}, which does not exist`,
      `Name a task of the graph.${exists ? '' : didYouMean(id, draft.placed.keys())}`,
    );
    return null;
  }
  if (slash < 0) return [...placed.values()];
  const nodes = end
    .slice(slash + 1)
    .split(',')
    .map((node) => node.trim())
    .filter((node) => node !== '');
  const missing = nodes.filter((node) => !placed.has(node));
  if (nodes.length === 0 || missing.length > 0) {
    refuse(
      draft,
      text,
      nodes.length === 0
        ? `names no node behind ${id}/`
        : `names ${missing
            .map((node) => `${id}@${node}`)
            .join(', ')
            .slice(0, 200)}, which ${missing.length === 1 ? 'is' : 'are'} not there`,
      `Name nodes that have the task.${missing[0] === undefined ? '' : didYouMean(missing[0], placed.keys())}`,
    );
    return null;
  }
  return nodes.map((node) => placed.get(node)).filter((index) => index !== undefined);
}

function refuse(draft: Draft, text: string, summary: string, remedy: string): void {
  draft.report('PLAN_BAD_SUBGRAPH', { subject: `subgraph ${text.slice(0, 120)}`, summary, remedy });
}
