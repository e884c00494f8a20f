import type { JsonObject } from '@muster/model';
import { Special } from '../values/special';
import { entriesOf } from '../values/mappings';
import { isList, isMapping, isSealed, MadeMapping, Secret, ValueSet, type Value } from '../values/value';
import type { Evaluation } from './evaluation';

/** True if `value` is a secret or has one inside. Cost: proportional to the value, once. */
export function hasSecret(value: Value, evaluation: Evaluation, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Secret || isSealed(value)) return true;
  evaluation.pay(1, depth);
  const below = (each: Value): boolean => hasSecret(each, evaluation, depth + 1);
  if (value instanceof Special && !(value instanceof MadeMapping || value instanceof ValueSet)) return false;
  return evaluation.memo.hasSecret(value, () => {
    if (isMapping(value)) return entriesOf(value, evaluation).some(([key, each]) => below(key) || below(each));
    const members = isList(value) ? value : [...value.byKey.values()];
    evaluation.pay(members.length / 16);
    return members.some(below);
  });
}

/** `value` with every secret in it opened. Throws `ExpressionFault` where that cannot be done. */
export function revealed(value: Value, evaluation: Evaluation): Value {
  if (!hasSecret(value, evaluation)) return value;
  if (value instanceof Secret) return value.inner;
  if (isSealed(value)) return evaluation.open(value);
  evaluation.pay(1);
  const below = (each: Value): Value => revealed(each, evaluation);
  if (isList(value)) return value.map(below);
  if (value instanceof ValueSet) return new ValueSet(new Map([...value.byKey].map(([id, each]) => [id, below(each)])));
  if (!isMapping(value)) return value;
  return value instanceof MadeMapping
    ? new MadeMapping(new Map([...value.byKey].map(([id, [key, each]]) => [id, [below(key), below(each)]])))
    : (Object.fromEntries(Object.entries(value).map(([key, each]) => [key, below(each)])) as JsonObject);
}

/** True if `value`, or a member of it, was computed from a secret. */
export function isComputedFromSecret(value: Value): boolean {
  return value instanceof Secret || (isList(value) && value.some((each) => each instanceof Secret));
}

/** `value` as something computed from a secret. */
export function secretOf(value: Value, evaluation: Evaluation): Secret {
  return value instanceof Secret ? value : new Secret(revealed(value, evaluation));
}

/** The members of what was opened, each a secret of its own. */
export function withSecretMembers(value: Value): Value {
  if (isList(value)) return value.map((each) => new Secret(each));
  if (value instanceof ValueSet)
    return new ValueSet(new Map([...value.byKey].map(([id, each]) => [id, new Secret(each)])));
  if (value instanceof MadeMapping)
    return new MadeMapping(new Map([...value.byKey].map(([id, [key, each]]) => [id, [key, new Secret(each)]])));
  if (!isMapping(value)) return value;
  return new MadeMapping(new Map(Object.entries(value).map(([key, each]) => [`s${key}`, [key, new Secret(each)]])));
}
