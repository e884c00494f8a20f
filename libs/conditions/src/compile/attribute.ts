import { didYouMean } from '@muster/model';
import { ExpressionFault } from '../expression-fault';
import type { Run, Scope } from '../evaluate/scope';
import { secretOf } from '../evaluate/secrecy';
import type { NodeOf } from '../syntax/syntax-node';
import { memberOr } from '../values/mappings';
import { membersOf } from '../values/value-sets';
import { describeValue, isMapping, isSealed, MadeMapping, Secret, type Mapping, type Value } from '../values/value';

const SHOWN_MAX = 60;

/** `target.name`: the value at the key; of a list, of each of its members. A key that is not there is a fault. */
export function compileAttribute(node: NodeOf<'attribute'>, target: Run, source: string): Run {
  const { name, at, isSafe } = node;
  const place: Place = { name, at, text: source.slice(node.target.start, node.target.end), isSecret: false };
  return (scope) => {
    const value = target(scope);
    return isSafe && value === null ? null : attribute(value, place, scope, 0);
  };
}

interface Place {
  readonly name: string;
  readonly at: number;
  /** The target as written. */
  readonly text: string;
  /** True: no key of it may be named. */
  readonly isSecret: boolean;
}

function attribute(value: Value, place: Place, scope: Scope, depth: number): Value {
  const { evaluation } = scope;
  if (isMapping(value)) return memberOr(value, place.name, evaluation, () => refuseKey(value, place, scope));
  const members = membersOf(value);
  if (members) {
    evaluation.offset = place.at;
    evaluation.pay(1, depth);
    evaluation.payItems(members.length);
    return members.map((each) => attribute(each, place, scope, depth + 1));
  }
  const opened = value instanceof Secret ? value.inner : isSealed(value) ? evaluation.open(value) : undefined;
  if (opened !== undefined) return secretOf(attribute(opened, { ...place, isSecret: true }, scope, depth), evaluation);
  throw new ExpressionFault(
    'value',
    `${shownText(place.text)} is ${describeValue(value)}, which has no key \`${shownName(place.name)}\``,
    place.at,
  );
}

function refuseKey(mapping: Mapping, { name, at, text, isSecret }: Place, scope: Scope): never {
  const isNow = scope.state === scope.evaluation.now;
  const near = isNow && !isSecret && !(mapping instanceof MadeMapping) ? didYouMean(name, Object.keys(mapping)) : '';
  throw new ExpressionFault(
    'value',
    `${shownText(text)} has no key \`${shownName(name)}\`.${near}`.replace(/\.$/, ''),
    at,
  );
}

function shownName(name: string): string {
  return name.length > SHOWN_MAX ? `${name.slice(0, SHOWN_MAX)}...` : name;
}

function shownText(text: string): string {
  return `\`${shownName(text.replace(/\s+/g, ' '))}\``;
}
