import { parseExpression, type ReadPath } from '@muster/conditions';
import { isJsonObject, patternSize, type JsonObject, type TaskDefinition } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { filterText } from '../../passes/filter-nodes';
import type { LintGraph } from '../lint-graph';
import { finding, meant, over } from '../lint-rule';
import { expressionsOf } from '../written-expressions';

/** Expressions that cannot be read, and settings in them that the bundle's schema does not have. */
export function* findExpressionFaults(graph: LintGraph): Iterable<Problem> {
  yield* findFilterFault(graph);
  yield* over(graph.work, graph.definitions, (definition) => {
    const found = expressionsOf(graph.work, definition).flatMap(({ language, text, key }) => {
      graph.work.spend(parsingCost(text));
      const parsed = parseExpression(language, text);
      if (parsed.ok) return parsed.expression.facts.paths.flatMap((path) => checkSetting(graph, definition, key, path));
      return [
        finding(graph, 'LINT_BAD_EXPRESSION', definition, {
          path: key,
          summary: `has an expression in \`${key}\` that cannot be read: ${parsed.summary}`,
        }),
      ];
    });
    return [...new Map(found.map((each) => [each.summary, each])).values()];
  });
}

/** A graph's filter of nodes is an expression, too. */
function findFilterFault({ graph, type, work }: LintGraph): readonly Problem[] {
  const text = filterText(graph.metadata['node_filter'] ?? null);
  if (text === null) return [];
  work.spend(parsingCost(text));
  const parsed = parseExpression('yaql', text.trim());
  if (parsed.ok) return [];
  return [
    problem('LINT_BAD_EXPRESSION', {
      subject: `graph ${type}`,
      summary: `has an expression in \`node_filter\` that cannot be read: ${parsed.summary}`,
      ...(graph.filterPlace ? { place: graph.filterPlace } : {}),
    }),
  ];
}

/** Regular expressions in it are compiled. */
function parsingCost(text: string): number {
  return 5 + text.length + 3 * Math.max(0, patternSize(text) - text.length);
}

/** What every node has beside its settings. */
const ALWAYS_THERE = ['uid', 'name', 'roles', 'tags', 'options'];

/** A setting that is not in the schema: a warning where the schema allows no others, advice where one is nearly called so. */
function checkSetting(graph: LintGraph, definition: TaskDefinition, key: string, path: ReadPath): readonly Problem[] {
  const { settings } = graph.bundle;
  if (graph.isOpen || settings === null) return [];
  const missing = missingKey(settings, path.keys);
  if (missing === null) return [];
  const { name, known, isClosed } = missing;
  const hint = meant(graph.work, name, known);
  if (!isClosed && hint === '') return [];
  return [
    finding(graph, 'LINT_UNKNOWN_SETTING', definition, {
      path: key,
      summary: `reads the setting \`${[path.root, ...path.keys].join('.').slice(0, 200)}\`, of which the schema has no \`${name.slice(0, 80)}\``,
      remedy: `Correct the name, or declare the setting.${hint}`,
      ...(isClosed ? {} : { severity: 'info' }),
    }),
  ];
}

interface MissingKey {
  readonly name: string;
  /** What the schema has in its place. */
  readonly known: readonly string[];
  /** The schema allows no other. */
  readonly isClosed: boolean;
}

/** The first key of a path that a schema does not declare; null where it declares all of them, or says nothing. */
function missingKey(schema: JsonObject, keys: readonly string[]): MissingKey | null {
  let level: JsonObject = schema;
  for (const [depth, name] of keys.entries()) {
    const { properties, patternProperties, additionalProperties } = level;
    const isTold = isJsonObject(properties) && patternProperties === undefined && !isJsonObject(additionalProperties);
    const hasMore = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if'].some((keyword) => Object.hasOwn(level, keyword));
    if (!isTold || hasMore || (depth === 0 && ALWAYS_THERE.includes(name))) return null;
    const next = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (next === undefined) return { name, known: Object.keys(properties), isClosed: additionalProperties === false };
    if (!isJsonObject(next)) return null;
    level = next;
  }
  return null;
}
