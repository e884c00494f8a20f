import { isJsonObject, TYPES_WITHOUT_WORK, type TaskDefinition } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { LintGraph } from '../lint-graph';
import { finding, meant, over } from '../lint-rule';
import { bindingsOf, type WrittenBinding } from '../output-bindings';

/**
 * Bindings to an output that the other task does not declare, or cannot have since it does no work; and to a node that no
 * node can be called.
 */
export function findUnknownOutputs(graph: LintGraph): Iterable<Problem> {
  return over(graph.work, graph.tasks, (definition) =>
    bindingsOf(graph.work, definition).flatMap((binding) => {
      const other = graph.byId.get(binding.task);
      const fault = other === undefined ? null : faultOf(graph, other, binding);
      if (fault === null) return [];
      return [finding(graph, 'LINT_UNKNOWN_OUTPUT', definition, { path: 'parameters', ...fault })];
    }),
  );
}

function faultOf(
  { work }: LintGraph,
  other: TaskDefinition,
  { field, node }: WrittenBinding,
): { summary: string; remedy?: string; severity?: 'error' } | null {
  if (node === 'self')
    return {
      summary: `takes an output of ${other.id} on the node \`self\`, and no node is called so`,
      remedy: 'Leave `node` out: that is the task on the same node, else the only one there is.',
      severity: 'error',
    };
  if (TYPES_WITHOUT_WORK.has(other.type))
    return { summary: `takes an output of ${other.id}, which does no work and gives none` };
  if (other.outputs === null) return { summary: `takes an output of ${other.id}, which declares none` };
  const { properties } = other.outputs;
  if (field === null || !isJsonObject(properties) || Object.hasOwn(properties, field)) return null;
  const known = Object.keys(properties);
  work.spend(known.length / 5);
  return {
    summary: `takes the output \`${field.slice(0, 80)}\` of ${other.id}, which declares ${known.join(', ').slice(0, 200)}`,
    remedy: `Correct the field, or declare it.${meant(work, field, known)}`,
  };
}
