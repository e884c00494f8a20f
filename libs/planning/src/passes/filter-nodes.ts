import { isJsonObject, SYNC_POINT, type Json } from '@muster/model';
import type { Draft } from '../draft/draft';
import { Places } from '../draft/places';

/**
 * A graph's `node_filter`: an expression about each node's attributes, settings, name, roles and tags. On nodes for which
 * it does not hold the graph has no tasks. Nodes that are named by `--nodes` were chosen by a person and are not filtered.
 */
export function filterNodes(draft: Draft): void {
  const { graphType, options } = draft.input;
  const filter = draft.metadata['node_filter'] ?? null;
  if (filter === null || options?.nodes) return;
  const text = filterText(filter);
  if (text === null) {
    draft.report('PLAN_EXPRESSION_FAILED', {
      subject: `graph ${graphType}`,
      summary: 'has a `node_filter` that is no expression',
    });
    return;
  }
  const kept = new Map<string, readonly string[]>();
  for (const [node, tags] of draft.places.tagsOf) {
    const answer = draft.evaluator.evaluateFilter(text, { definition: graphType, node, tags });
    if (answer.ok && answer.holds) kept.set(node, tags);
    if (!answer.ok)
      draft.reportOnNode('PLAN_EXPRESSION_FAILED', node, `graph ${graphType} on node ${node}`, {
        subject: `graph ${graphType}`,
        summary: `the expression in \`node_filter\`: ${answer.summary}`,
      });
  }
  draft.filteredOut = draft.places.names.filter((name) => !kept.has(name) && name !== SYNC_POINT);
  draft.places = new Places(kept);
}

function filterText(filter: Json): string | null {
  if (typeof filter === 'string') return filter.trim() === '' ? null : filter;
  return isJsonObject(filter) && typeof filter['yaql_exp'] === 'string' ? filter['yaql_exp'] : null;
}
