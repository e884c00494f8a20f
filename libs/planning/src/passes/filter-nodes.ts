import { isJsonObject, SYNC_POINT, type Json } from '@muster/model';
import type { Draft } from '../draft/draft';
import { shownExpression } from '../draft/evaluate-expression';
import { evaluateWithin } from '../draft/evaluate-within';
import { Places } from '../draft/places';
import type { EvaluationFailure } from '../evaluator';

/**
 * A graph's `node_filter`: an expression about each node's attributes, settings, name, roles and tags. On nodes for which
 * it does not hold the graph has no tasks. Nodes that are named by `--nodes` were chosen by a person and are not filtered.
 */
export function filterNodes(draft: Draft): void {
  const { graphType, options } = draft.input;
  const filter = draft.metadata['node_filter'] ?? null;
  if (filter === null || options?.nodes) return;
  const text = filterText(filter);
  const place = draft.filterPlace ?? undefined;
  if (text === null) {
    draft.report('PLAN_EXPRESSION_FAILED', {
      subject: `graph ${graphType}`,
      summary: 'has a `node_filter` that is no expression',
      ...(place ? { place } : {}),
    });
    return;
  }
  const spender = { subject: `graph ${graphType}`, at: 'node_filter', place: draft.filterPlace };
  const kept = new Map<string, readonly string[]>();
  for (const [node, tags] of draft.places.tagsOf) {
    const answer = evaluateWithin(draft, spender, () =>
      draft.evaluator.evaluateFilter(text, { definition: graphType, node, tags }),
    );
    // A node about which nothing could be said is kept: the plan is refused, and the rest of it is checked.
    if (!answer?.ok || answer.holds) kept.set(node, tags);
    if (answer && !answer.ok) reportFault(draft, node, text, answer);
  }
  draft.filteredOut = draft.places.names.filter((name) => !kept.has(name) && name !== SYNC_POINT);
  draft.places = new Places(kept);
}

function reportFault(draft: Draft, node: string, text: string, { summary, isUnreadable }: EvaluationFailure): void {
  const subject = `graph ${draft.input.graphType}`;
  const fault = {
    subject,
    summary: `the expression in \`node_filter\`: ${summary}`,
    detail: shownExpression(text),
    ...(draft.filterPlace ? { place: draft.filterPlace } : {}),
  };
  // What cannot be read anywhere has nothing to do with nodes.
  if (isUnreadable) draft.report('PLAN_EXPRESSION_FAILED', fault);
  else draft.reportOnNode('PLAN_EXPRESSION_FAILED', node, `${subject} on node ${node}`, fault);
}

export function filterText(filter: Json): string | null {
  if (typeof filter === 'string') return filter.trim() === '' ? null : filter;
  return isJsonObject(filter) && typeof filter['yaql_exp'] === 'string' ? filter['yaql_exp'] : null;
}
