import { SECRET_MASK } from '@muster/model';
import type { Evaluation } from '../evaluate/evaluation';
import type { Difference } from '../evaluate/evaluation-memo';
import { CHANGE_TEXT_MAX } from '../limits';
import { areEqual } from '../values/equality';
import { entriesOf, memberOf, memberOr, sizeOf } from '../values/mappings';
import { isNumber, numberText } from '../values/numbers';
import {
  describeValue,
  isList,
  isMapping,
  isSealed,
  Secret,
  UNDEFINED,
  ValueSet,
  type Mapping,
  type Value,
} from '../values/value';

const SHOWN_TEXT_MAX = 40;
const SHOWN_LABEL_MAX = 80;

/** "ntp_servers: 2 -> 3 values", "public_ssl.hostname: "a" -> "b"", "new: debug". Never shows a secret. At most 200 characters. */
export function describeChange(source: string, before: Value, now: Value, evaluation: Evaluation): string {
  const label = labelOf(source);
  const { prefix, rest } = differenceOf(before, now, evaluation);
  const path = `${label}${rest}`.replace(/^\./, '');
  return cut(`${prefix}${/^(:|$)/.test(path) ? `settings${path}` : path}`, CHANGE_TEXT_MAX);
}

/** "nodes: 1 added". Null if nothing was. */
export function describeMembers(
  source: string,
  members: Value,
  isNew: boolean,
  what: 'added' | 'deleted',
  evaluation: Evaluation,
): string | null {
  const label = labelOf(source) || 'settings';
  if (members === null) return null;
  const count = isList(members)
    ? members.length
    : isMapping(members)
      ? sizeOf(members, evaluation)
      : members instanceof ValueSet
        ? members.byKey.size
        : 1;
  if (count === 0) return null;
  return cut(isNew ? `new: ${label}` : `${label}: ${count} ${what}`, CHANGE_TEXT_MAX);
}

/** What people call what the expression reads: its path if it is no more than that. */
function labelOf(source: string): string {
  const plain = source.trim().replace(/\s+/g, ' ');
  if (plain === '$') return '';
  const path = plain.replace(/\.get\((['"])([^'"\\]*)\1[^()]*\)/g, '.$2');
  return cut(/^\$(\.[\p{L}\p{N}_-]+)+$/u.test(path) ? path.slice(2) : plain, SHOWN_LABEL_MAX);
}

function differenceOf(before: Value, now: Value, evaluation: Evaluation): Difference {
  if (before === UNDEFINED) return { prefix: 'new: ', rest: '' };
  if (isCovered(before) || isCovered(now)) return { prefix: '', rest: `: ${SECRET_MASK} changed` };
  if (isRemembered(before) && isRemembered(now))
    return evaluation.memo.difference(before, now, () => differenceWithin(before, now, evaluation));
  return differenceWithin(before, now, evaluation);
}

function differenceWithin(before: Value, now: Value, evaluation: Evaluation): Difference {
  if (isMapping(before) && isMapping(now)) return differenceOfMappings(before, now, evaluation);
  if (isList(before) && isList(now)) return differenceOfLists(before, now, evaluation);
  return { prefix: '', rest: `: ${shown(before, evaluation)} -> ${shown(now, evaluation)}` };
}

function isRemembered(value: Value): value is readonly Value[] | Mapping {
  return isList(value) || isMapping(value);
}

function differenceOfMappings(before: Mapping, now: Mapping, evaluation: Evaluation): Difference {
  const gone = entriesOf(before, evaluation).filter(([key]) => memberOf(now, key, evaluation) === undefined);
  const others = entriesOf(now, evaluation).filter(([key, value]) => {
    const there = memberOf(before, key, evaluation);
    return there === undefined || !areEqual(there, value, evaluation);
  });
  const more = gone.length + others.length - 1;
  const tail = more > 0 ? ` and ${more} more` : '';
  const [first] = others;
  if (!first) return { prefix: 'gone: ', rest: `.${keyText(gone[0]?.[0] ?? null, evaluation)}${tail}` };
  const [key, value] = first;
  const { prefix, rest } = differenceOf(
    memberOr(before, key, evaluation, () => UNDEFINED),
    value,
    evaluation,
  );
  return { prefix, rest: `.${keyText(key, evaluation)}${rest}${tail}` };
}

function differenceOfLists(before: readonly Value[], now: readonly Value[], evaluation: Evaluation): Difference {
  if (before.length !== now.length) return { prefix: '', rest: `: ${before.length} -> ${now.length} values` };
  const places = now.flatMap((each, index) => (areEqual(before[index] as Value, each, evaluation) ? [] : [index]));
  const [first = 0] = places;
  if (places.length > 1) return { prefix: '', rest: `: ${places.length} of ${now.length} values differ` };
  const { prefix, rest } = differenceOf(before[first] as Value, now[first] as Value, evaluation);
  return { prefix, rest: `[${first}]${rest}` };
}

function isCovered(value: Value): boolean {
  return value instanceof Secret || isSealed(value);
}

function keyText(key: Value, evaluation: Evaluation): string {
  const text = typeof key === 'string' ? key : shown(key, evaluation);
  return cut(/^[\p{L}\p{N}_./-]+$/u.test(text) ? text : JSON.stringify(text), SHOWN_TEXT_MAX);
}

function shown(value: Value, evaluation: Evaluation): string {
  if (typeof value === 'string') return cut(JSON.stringify(value), SHOWN_TEXT_MAX);
  if (isNumber(value)) return numberText(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `${value.length} values`;
  return isMapping(value) ? `${sizeOf(value, evaluation)} keys` : describeValue(value);
}

/** At most `length` characters; control characters are no part of a reason. */
function cut(text: string, length: number): string {
  const clean = text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ');
  return clean.length <= length ? clean : `${clean.slice(0, length - 3).replace(/[\ud800-\udbff]$/, '')}...`;
}
