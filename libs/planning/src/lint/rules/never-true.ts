import { isExpression, TYPES_WITHOUT_WORK, type TaskDefinition } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { LintGraph } from '../lint-graph';
import { finding } from '../lint-rule';

/** Conditions that are false whatever the settings. */
export function findNeverTrue(graph: LintGraph): Iterable<Problem> {
  graph.work.spend(graph.tasks.length / 10);
  return graph.tasks
    .filter((definition) => !TYPES_WITHOUT_WORK.has(definition.type) && isFalse(definition.condition))
    .map((definition) =>
      finding(graph, 'LINT_NEVER_TRUE', definition, {
        path: 'condition',
        summary: 'has a condition that is always false: it is skipped in every cluster, and only passes order on',
      }),
    );
}

function isFalse(condition: TaskDefinition['condition']): boolean {
  if (condition === null || typeof condition === 'boolean') return condition === false;
  const text = isExpression(condition) ? condition.yaql_exp : condition;
  return text.trim().toLowerCase() === 'false';
}
