import { isExpression, type RoleSelector, type TaskDefinition } from '@muster/model';
import type { Problem } from '@muster/problems';
import { namePattern } from '../../draft/name-pattern';
import { isPrimary, isTagName, plainTag } from '../known-tags';
import type { LintGraph } from '../lint-graph';
import { matchingCost, patternCost } from '../pattern-cost';
import { finding, meant, over } from '../lint-rule';

/**
 * Roles and tags that no node gets, in placements and relations; patterns that match none or cannot be used. Where no role
 * is declared, or more are merged in, any name may be one.
 */
export function findUnknownRoles(graph: LintGraph): Iterable<Problem> {
  return over(graph.work, graph.definitions, (definition) => {
    const found = selectorsOf(definition).flatMap(({ key, items, isList }) =>
      items.flatMap((item) => checkItem(graph, definition, key, item, isList)),
    );
    return [...new Map(found.map((each) => [each.summary, each])).values()];
  });
}

interface WrittenSelector {
  readonly key: string;
  readonly items: readonly string[];
  /** In a list `*` and `self` are only names. */
  readonly isList: boolean;
}

function selectorsOf(definition: TaskDefinition): WrittenSelector[] {
  const { tags, roles, groups, requires, requiredFor, crossDepends, crossDependedBy } = definition;
  const relations = Object.entries({
    requires,
    required_for: requiredFor,
    'cross-depends': crossDepends,
    'cross-depended-by': crossDependedBy,
  });
  return [
    ...Object.entries({ tags, roles, groups }).map(([key, placement]) => selector(key, placement)),
    ...relations.flatMap(([key, all]) =>
      all.map((each) => selector(key, isExpression(each) || isExpression(each.role) ? null : (each.role ?? null))),
    ),
  ];
}

function selector(key: string, written: RoleSelector): WrittenSelector {
  const isList = typeof written !== 'string';
  return { key, items: written === null ? [] : typeof written === 'string' ? [written] : written, isList };
}

function checkItem(
  graph: LintGraph,
  definition: TaskDefinition,
  path: string,
  item: string,
  isList: boolean,
): readonly Problem[] {
  const shown = item.slice(0, 80);
  const report = (code: 'LINT_BAD_PATTERN' | 'LINT_UNKNOWN_ROLE', summary: string, remedy?: string): Problem[] => [
    finding(graph, code, definition, { path, summary, ...(remedy === undefined ? {} : { remedy }) }),
  ];
  if (isList && (item === '*' || item === 'self'))
    return report('LINT_UNKNOWN_ROLE', `has \`${item}\` in a list, where it is only a name`, 'Write it alone.');
  graph.work.spend(patternCost(item));
  const pattern = namePattern(item);
  if (pattern === null)
    return report('LINT_BAD_PATTERN', `has the role \`${shown}\`, which is no regular expression that can be used`);
  const { declared } = graph.tags;
  if (declared === null) return [];
  if (pattern.kind === 'regex') {
    graph.work.spend(declared.size * matchingCost(item));
    return [...declared].some(pattern.matches)
      ? []
      : report('LINT_UNKNOWN_ROLE', `has the role \`${shown}\`, which matches none that is declared`);
  }
  if (!isTagName(item) || declared.has(item)) return [];
  if (isPrimary(item) && declared.has(plainTag(item)))
    return report(
      'LINT_UNKNOWN_ROLE',
      `names \`${shown}\`, and \`${plainTag(shown)}\` has no primary`,
      `Give it \`hasPrimary: true\`, or name \`${plainTag(shown)}\`.`,
    );
  const remedy = `Correct the name, or declare the role or tag.${meant(graph.work, item, [...declared])}`;
  return report('LINT_UNKNOWN_ROLE', `names the role or tag \`${shown}\`, which is not declared`, remedy);
}
