import type { TaskDefinition } from '@muster/model';
import { problem, type Problem, type ProblemCode, type ProblemInput } from '@muster/problems';
import type { DefinitionOrder } from './definition-order';
import type { LintGraph } from './lint-graph';

/** Looks at one graph and says what it finds. Pure; the order of findings is that of the definitions. */
export type LintRule = (graph: LintGraph, order: DefinitionOrder) => readonly Problem[];

/** A finding about a definition, at its place. */
export function finding(
  graph: LintGraph,
  code: ProblemCode,
  { id, type, place }: Pick<TaskDefinition, 'id' | 'type' | 'place'>,
  it: Omit<ProblemInput, 'subject' | 'place'> & { readonly path?: string },
): Problem {
  const { path, summary, ...more } = it;
  return problem(code, {
    ...more,
    subject: `${type === 'group' ? 'group' : 'task'} ${id}`,
    summary: graph.type === 'default' ? summary : `${summary} (graph ${graph.type})`,
    place: path === undefined ? place : { ...place, path },
  });
}

/** Names in a sentence, at most five of them. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => name.slice(0, 80));
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
}
