import { ExpressionFault } from '../expression-fault';
import type { Run, Scope } from '../evaluate/scope';
import { secretOf } from '../evaluate/secrecy';
import { Call } from '../functions/call';
import type { NodeOf } from '../syntax/syntax-node';
import { memberOf } from '../values/mappings';
import { describeValue, isList, isMapping, isSealed, Secret, type Value } from '../values/value';

/** `settings:a.b`; null where there is no such value. */
export function compileModel({ model, path }: NodeOf<'model'>): Run {
  const written = model === 'settings' ? path : [model, ...path];
  const paths = model === 'settings' ? [written, ...serialisedPaths(path)] : [written];
  return (scope) => {
    for (const each of paths) {
      const value = valueAt(scope.state.data, each, scope);
      if (value !== undefined) return value;
    }
    return null;
  };
}

/** Where the field's planner puts what its settings page called so: groups fold into the root, `.value` goes. */
function serialisedPaths(path: readonly string[]): string[][] {
  const [group, name] = path;
  if (group === 'additional_components' && name !== undefined)
    return [[name, 'enabled', ...path.slice(path[2] === 'value' ? 3 : 2)]];
  const inner = group === 'common' ? path.slice(1) : [...path];
  const short = inner.at(-1) === 'value' ? inner.slice(0, -1) : inner;
  return [inner, short].filter((each) => each.length > 0);
}

function valueAt(data: Value, path: readonly string[], scope: Scope): Value | undefined {
  let value: Value = data;
  for (const [index, key] of path.entries()) {
    if (isSealed(value)) return openedAt(scope.evaluation.open(value), path.slice(index), scope);
    if (value instanceof Secret) return openedAt(value.inner, path.slice(index), scope);
    const member: Value | undefined = isMapping(value) ? memberOf(value, key, scope.evaluation) : undefined;
    if (member === undefined) return undefined;
    value = member;
  }
  return value;
}

function openedAt(value: Value, path: readonly string[], scope: Scope): Value | undefined {
  const found = valueAt(value, path, scope);
  return found === undefined ? undefined : secretOf(found, scope.evaluation);
}

/** `a in b`: a member of a list, a key of a mapping, a part of a text. */
export function legacyIn(left: Run, right: Run, at: number): Run {
  return (scope) => {
    const call = new Call('in', scope, at);
    const result = isIn(left(scope), right(scope), call);
    return call.dependsOnSecret ? secretOf(result, scope.evaluation) : result;
  };
}

function isIn(value: Value, whole: Value, call: Call): boolean {
  const container = whole instanceof Secret || isSealed(whole) ? call.plain(whole) : whole;
  if (isList(container)) return container.some((each) => call.areEqual(each, value));
  const wanted = call.plain(value);
  if (isMapping(container)) return memberOf(container, wanted, call.evaluation) !== undefined;
  if (typeof container === 'string' && typeof wanted === 'string') return container.includes(wanted);
  throw new ExpressionFault(
    'value',
    `\`in\` looks into lists, mappings and texts, not into ${describeValue(container)}`,
    call.offset,
  );
}
