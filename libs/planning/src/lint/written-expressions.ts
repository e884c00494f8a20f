import { isExpression, isJsonObject, type Json, type TaskDefinition } from '@muster/model';
import type { LintWork } from './lint-work';

export interface WrittenExpression {
  readonly language: 'yaql' | 'legacy';
  readonly text: string;
  /** The key of the definition that it stands under. */
  readonly key: string;
}

/** All expressions of a definition. A condition that is only `true` or `false` is none. */
export function expressionsOf(work: LintWork, definition: TaskDefinition): WrittenExpression[] {
  const { condition, strategy, parameters, inputs, requires, requiredFor, crossDepends, crossDependedBy } = definition;
  const legacy: WrittenExpression[] =
    typeof condition === 'string' && !/^\s*(true|false)\s*$/i.test(condition)
      ? [{ language: 'legacy', text: condition, key: 'condition' }]
      : [];
  const relations = Object.entries({
    requires,
    required_for: requiredFor,
    'cross-depends': crossDepends,
    'cross-depended-by': crossDependedBy,
  }).flatMap(([key, all]) =>
    all.flatMap((each) => [...whole(each, key), ...(isExpression(each) ? [] : whole(each.role, key))]),
  );
  return [
    ...legacy,
    ...whole(condition, 'condition'),
    ...whole(strategy.amount, 'parameters.strategy'),
    ...collect(work, parameters, 'parameters'),
    ...collect(work, inputs, 'inputs'),
    ...relations,
  ];
}

function whole(value: unknown, key: string): WrittenExpression[] {
  return isExpression(value) ? [{ language: 'yaql', text: value.yaql_exp, key }] : [];
}

function collect(work: LintWork, value: Json, key: string): WrittenExpression[] {
  work.spend(0.2);
  if (Array.isArray(value)) return value.flatMap((each: Json) => collect(work, each, key));
  if (!isJsonObject(value)) return [];
  const itself = whole(value, key);
  if (itself.length > 0) return itself;
  return Object.values(value).flatMap((each) => collect(work, each, key));
}
