import { isJsonObject, TYPES_WITHOUT_WORK, type TaskDefinition } from '@muster/model';
import type { Problem } from '@muster/problems';
import { didYouMean } from '@muster/model';
import type { LintGraph } from '../lint-graph';
import { finding } from '../lint-rule';
import { bindingsOf, type WrittenBinding } from '../output-bindings';

/** Bindings to an output that the other task does not declare, or cannot have since it does no work. */
export function findUnknownOutputs(graph: LintGraph): readonly Problem[] {
  return graph.tasks.flatMap((definition) =>
    bindingsOf(definition).flatMap((binding) => {
      const other = graph.byId.get(binding.task);
      const fault = other === undefined ? null : faultOf(other, binding);
      if (fault === null) return [];
      return [finding(graph, 'LINT_UNKNOWN_OUTPUT', definition, { path: 'parameters', ...fault })];
    }),
  );
}

function faultOf(other: TaskDefinition, { field }: WrittenBinding): { summary: string; remedy?: string } | null {
  if (TYPES_WITHOUT_WORK.has(other.type))
    return { summary: `takes an output of ${other.id}, which does no work and gives none` };
  if (other.outputs === null) return { summary: `takes an output of ${other.id}, which declares none` };
  const { properties } = other.outputs;
  if (field === null || !isJsonObject(properties) || Object.hasOwn(properties, field)) return null;
  const known = Object.keys(properties);
  return {
    summary: `takes the output \`${field.slice(0, 80)}\` of ${other.id}, which declares ${known.join(', ').slice(0, 200)}`,
    remedy: `Correct the field, or declare it.${didYouMean(field, known)}`,
  };
}
