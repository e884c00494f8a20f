import type { TaskDefinition } from '@muster/model';
import type { Problem } from '@muster/problems';
import { exampleSize, FEW, MANY, type ExampleSize } from '../example-size';
import type { LintGraph } from '../lint-graph';
import { finding, over } from '../lint-rule';
import { relationsOf, type WrittenRelation } from '../written-relation';

/** Cross relations of which both sides grow with the cluster: each task of many waits for each of many. */
export function findAllToAll(graph: LintGraph): Iterable<Problem> {
  return over(graph.work, graph.tasks, (definition) =>
    relationsOf(graph, definition).flatMap((relation) => {
      const own = exampleSize(graph.tags, graph.nodesOf(definition));
      if (own.many === 0) return [];
      const others = farOthers(graph, relation);
      const there = others.map((other) => sizeThere(graph, relation, other));
      return there.every(({ many }) => many === 0) ? [] : [report(graph, relation, total(own), there)];
    }),
  );
}

function farOthers(graph: LintGraph, { owner, name, where, policy }: WrittenRelation): readonly TaskDefinition[] {
  if (name === null || where === null || where === 'near' || where === 'self' || policy === 'any') return [];
  const found = graph.matching(name) ?? [];
  graph.work.spend(found.length / 2);
  return found.filter((other) => other !== owner && other.type !== 'group');
}

/** How many tasks of another definition the relation finds. */
function sizeThere(graph: LintGraph, { where }: WrittenRelation, other: TaskDefinition): ExampleSize {
  const placed = exampleSize(graph.tags, graph.nodesOf(other));
  if (where === null || typeof where === 'string') return placed;
  const asked = exampleSize(graph.tags, where);
  return { few: Math.min(placed.few, asked.few), many: Math.min(placed.many, asked.many) };
}

function total({ few, many }: ExampleSize): number {
  return few + many;
}

function report(
  graph: LintGraph,
  { owner, key, name, direction }: WrittenRelation,
  own: number,
  there: readonly ExampleSize[],
): Problem {
  const others = there.reduce((sum, each) => sum + total(each), 0);
  const [first, then] =
    direction === 'before' ? [`of \`${name}\``, `of \`${owner.id}\``] : [`of \`${owner.id}\``, `of \`${name}\``];
  return finding(graph, 'LINT_ALL_TO_ALL', owner, {
    path: key,
    summary:
      `\`${key}: ${name}\` lets every task ${then} wait for all ${first}: ` +
      `with ${FEW} + ${MANY} nodes ${own} x ${others} = ${(own * others).toLocaleString('en')} pairs, and the slowest node holds up all`,
  });
}
