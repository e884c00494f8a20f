import { dataDifference } from '../changes/data-difference';
import { describeChange, describeMembers } from '../changes/describe-change';
import type { Lambda } from '../evaluate/scope';
import { isComputedFromSecret } from '../evaluate/secrecy';
import { areEqual } from '../values/equality';
import { Special } from '../values/special';
import { Secret, UNDEFINED, Undefined, type Value } from '../values/value';
import type { Call } from './call';
import { define, PASSES_SECRETS, type FunctionDefinition } from './function-definition';
import { anything, lambda, rest } from './parameter';

function now(expression: Lambda, call: Call): Value {
  return expression.evaluateIn(call.evaluation.now);
}

/** Undefined where the previous state cannot answer. */
function before(expression: Lambda, call: Call): Value {
  return call.evaluation.attempt(() => expression.evaluateIn(call.evaluation.before), UNDEFINED);
}

/**
 * That a stored secret changed is no secret (plans show it); it is told by fingerprints. Whether something computed from a
 * secret changed is one.
 */
function hasChanged(expression: Lambda, call: Call): boolean {
  const value = now(expression, call);
  const old = before(expression, call);
  const isSame = areSame(old, value, call);
  if (!isSame) call.evaluation.noteChange(describeChange(expression.source, old, value, call.evaluation));
  return !isSame;
}

function areSame(old: Value, value: Value, call: Call): boolean {
  const { evaluation } = call;
  const isKept = isPlainObject(value) && isPlainObject(old);
  const known = isKept ? evaluation.memo.knownEqual(old, value) : undefined;
  if (known !== undefined) return known;
  evaluation.comparedComputedSecret = isComputedFromSecret(value) || isComputedFromSecret(old);
  const isSame = areEqual(old, value, evaluation);
  if (evaluation.comparedComputedSecret) call.dependsOnSecret = true;
  else if (isKept) evaluation.memo.rememberEqual(old, value, isSame);
  return isSame;
}

function isPlainObject(value: Value): value is Extract<Value, object> {
  return typeof value === 'object' && value !== null && !(value instanceof Special);
}

function difference(expression: Lambda, what: 'added' | 'deleted', call: Call): Value {
  const old = before(expression, call);
  const value = now(expression, call);
  if (isComputedFromSecret(old) || isComputedFromSecret(value)) call.dependsOnSecret = true;
  const members = dataDifference(plainIfComputed(old, call), plainIfComputed(value, call), call.evaluation)[what];
  call.evaluation.noteChange(describeMembers(expression.source, members, old === UNDEFINED, what, call.evaluation));
  return members;
}

/** A value computed from a secret is looked into, and makes the result a secret. */
function plainIfComputed(value: Value, call: Call): Value {
  return value instanceof Secret ? call.plain(value) : value;
}

export const stateFunctions: readonly FunctionDefinition[] = [
  define('function', 'new', { expression: lambda }, ({ expression }, call) => now(expression, call), PASSES_SECRETS),
  define('function', 'old', { expression: lambda }, ({ expression }, call) => before(expression, call), PASSES_SECRETS),
  define(
    'function',
    'changed',
    { expression: lambda },
    ({ expression }, call) => hasChanged(expression, call),
    PASSES_SECRETS,
  ),
  define(
    'function',
    'changedAny',
    { expressions: rest(lambda) },
    ({ expressions }, call) => expressions.some((each) => hasChanged(each, call)),
    PASSES_SECRETS,
  ),
  define(
    'function',
    'changedAll',
    { expressions: rest(lambda) },
    ({ expressions }, call) => expressions.every((each) => hasChanged(each, call)),
    PASSES_SECRETS,
  ),
  define(
    'function',
    'added',
    { expression: lambda },
    ({ expression }, call) => difference(expression, 'added', call),
    PASSES_SECRETS,
  ),
  define(
    'function',
    'deleted',
    { expression: lambda },
    ({ expression }, call) => difference(expression, 'deleted', call),
    PASSES_SECRETS,
  ),
  define('method', 'isUndef', { receiver: anything }, ({ receiver }) => receiver instanceof Undefined, PASSES_SECRETS),
];
