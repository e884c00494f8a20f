import { isExpression, isJsonObject, type Json, type TaskDefinition } from '@muster/model';

export interface WrittenExpression {
  readonly language: 'yaql' | 'legacy';
  readonly text: string;
  /** The key of the definition that it stands under. */
  readonly key: string;
}

/** All expressions of a definition. A condition that is only `true` or `false` is none. */
export function expressionsOf(definition: TaskDefinition): WrittenExpression[] {
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
    ...collect(parameters, 'parameters'),
    ...collect(inputs, 'inputs'),
    ...relations,
  ];
}

function whole(value: unknown, key: string): WrittenExpression[] {
  return isExpression(value) ? [{ language: 'yaql', text: value.yaql_exp, key }] : [];
}

function collect(value: Json, key: string): WrittenExpression[] {
  if (Array.isArray(value)) return value.flatMap((each: Json) => collect(each, key));
  if (!isJsonObject(value)) return [];
  const itself = whole(value, key);
  if (itself.length > 0) return itself;
  return Object.values(value).flatMap((each) => collect(each, key));
}
