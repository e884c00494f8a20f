import { didYouMean, type TaskDefinition } from '@muster/model';
import { problem, type Problem, type ProblemCode, type ProblemInput } from '@muster/problems';
import type { DefinitionOrder } from './definition-order';
import type { LintGraph } from './lint-graph';
import type { LintWork } from './lint-work';

/** Looks for some kinds of findings. Each is given out as it is found, so that those until the work is spent are kept. */
export interface LintRule {
  /** Codes of what it finds, which is also its name. */
  readonly finds: readonly ProblemCode[];
  /** Looks at one graph. Pure; the order of findings is that of the definitions. */
  readonly find: (graph: LintGraph, order: DefinitionOrder) => Iterable<Problem>;
}

/** Findings of one definition (or whatever is looked at) after the other. */
export function* over<T>(work: LintWork, items: Iterable<T>, find: (item: T) => Iterable<Problem>): Generator<Problem> {
  for (const item of items) {
    work.spend(1);
    yield* find(item);
  }
}

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

/** Names that are compared at most. */
const COMPARED_MAX = 500;

/** `didYouMean`, paid for. */
export function meant(work: LintWork, name: string, known: readonly string[]): string {
  work.spend(1 + known.length / 50 + Math.min(known.length, COMPARED_MAX) * (1 + name.length ** 2 / 800));
  return didYouMean(name, known);
}
