import type { TaskDefinition } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { DefinitionOrder } from '../definition-order';
import { isNowhere, type LintGraph } from '../lint-graph';
import { finding, listed, over } from '../lint-rule';
import { mayConnect, relationsOf, type WrittenRelation } from '../written-relation';

/**
 * Relations that put nothing in order in any cluster, since the two are never where the relation looks, and nothing else
 * puts them in that order either. One finding per definition and key.
 */
export function findMissingOrder(graph: LintGraph, order: DefinitionOrder): Iterable<Problem> {
  return over(graph.work, graph.tasks, (definition) => {
    const idle = relationsOf(graph, definition).filter((relation) => isIdle(graph, order, relation));
    const keys = [...new Set(idle.map(({ key }) => key))];
    return keys.map((key) => {
      const names = [...new Set(idle.flatMap((each) => (each.key === key && each.name !== null ? [each.name] : [])))];
      return finding(graph, 'LINT_NO_ORDER', definition, {
        path: key,
        summary: `\`${key}\` never finds a task of ${listed(names)} where it looks, so there is no such order`,
        ...(graph.isOfTheField(definition) ? { severity: 'info' } : {}),
      });
    });
  });
}

function isIdle(graph: LintGraph, order: DefinitionOrder, relation: WrittenRelation): boolean {
  const { owner, name, direction } = relation;
  // What is nowhere has a finding of its own.
  if (name === null || isNowhere(graph.nodesOf(owner))) return false;
  const named = graph.matching(name) ?? [];
  graph.work.spend(named.length / 2);
  const others = named.filter(
    (other) => other !== owner && (other.type === 'group' || !isNowhere(graph.nodesOf(other))),
  );
  const isInOrder = (other: TaskDefinition): boolean =>
    mayConnect(graph, relation, other) ||
    (other.type !== 'group' && (direction === 'before' ? order.isBefore(other, owner) : order.isBefore(owner, other)));
  return others.length > 0 && !order.hasComputed(owner) && !others.some(isInOrder);
}
