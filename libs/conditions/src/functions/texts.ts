import { jsonText } from '../print/json-text';
import { entriesOf } from '../values/mappings';
import { searchCost } from '../values/search-cost';
import { lengthOf, pointBefore, pointFrom, pointsOf } from '../values/text-points';
import type { Value } from '../values/value';
import { jsonReady } from '../print/json-ready';
import type { Call } from './call';
import { define, type FunctionDefinition } from './function-definition';
import { scalarText } from './numbers';
import { anything, flag, integer, items, mapping, nullable, optional, rest, text } from './parameter';

/** As `str`: lists and mappings as JSON. */
export function textOf(value: Value, call: Call): string {
  return scalarText(value) ?? call.text(jsonText(jsonReady(value, call), call.evaluation));
}

const SPACES = '[ \\t\\n\\r\\f\\v]';

function trimmed(value: string, chars: string | null, sides: 'left' | 'right' | 'both', call: Call): string {
  if (chars === null) return sides === 'both' ? value.trim() : sides === 'left' ? value.trimStart() : value.trimEnd();
  call.evaluation.pay(chars.length / 16);
  const cut = new Set(chars);
  let start = 0;
  let end = value.length;
  if (sides !== 'right')
    for (let next = pointFrom(value, start); start < end && cut.has(next); next = pointFrom(value, start))
      start += next.length;
  if (sides !== 'left')
    for (let last = pointBefore(value, end); end > start && cut.has(last); last = pointBefore(value, end))
      end -= last.length;
  call.evaluation.pay((start + value.length - end) / 16);
  return value.slice(start, end);
}

function trim(name: string, sides: 'left' | 'right' | 'both'): FunctionDefinition {
  return define('method', name, { string: text, chars: optional(text, null) }, ({ string, chars }, call) =>
    call.text(trimmed(string, chars, sides, call)),
  );
}

/** As Python splits: without a separator at runs of spaces, and nothing empty. */
function split(
  value: string,
  separator: string | null,
  max: number,
  isFromRight: boolean,
  call: Call,
): readonly Value[] {
  if (separator === '') return call.fail('a separator may not be empty');
  call.evaluation.payCharacters(value.length);
  const trimmedValue = separator === null ? trimmed(value, null, 'both', call) : value;
  if (separator === null && trimmedValue === '') return [];
  const all = separator === null ? trimmedValue.split(new RegExp(`${SPACES}+`)) : value.split(separator);
  call.evaluation.pay(all.length / 4 + (separator === null ? 0 : searchCost(value, separator)));
  if (max < 0 || all.length <= max + 1) return call.list(all);
  call.evaluation.pay(all.length / 2);
  return call.list(cutAfter(value, separator, max, isFromRight, call));
}

/** The first (or last) `max` pieces, and the rest as it was. */
function cutAfter(value: string, separator: string | null, max: number, isFromRight: boolean, call: Call): string[] {
  const between = separator === null ? `${SPACES}+` : separator.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const places = [...value.matchAll(new RegExp(between, 'g'))].filter(
    ({ index, 0: found }) => separator !== null || (index > 0 && index + found.length < value.length),
  );
  const chosen = isFromRight ? places.slice(places.length - max) : places.slice(0, max);
  const pieces: string[] = [];
  let from = 0;
  for (const { index, 0: found } of chosen) {
    pieces.push(value.slice(from, index));
    from = index + found.length;
  }
  pieces.push(value.slice(from));
  if (separator !== null) return pieces;
  return pieces.map((piece, index) => {
    if (index === 0) return trimmed(piece, null, isFromRight && pieces.length === 1 ? 'both' : 'left', call);
    return piece;
  });
}

function splitting(name: string, isFromRight: boolean): FunctionDefinition {
  return define(
    'method',
    name,
    { string: text, separator: optional(text, null), maxSplits: optional(integer, -1) },
    ({ string, separator, maxSplits }, call) => split(string, separator, maxSplits, isFromRight, call),
  );
}

function replaced(value: string, old: string, by: string, count: number, call: Call): string {
  const pieces = old === '' ? ['', ...pointsOf(value), ''] : value.split(old);
  call.evaluation.pay(pieces.length / 4 + searchCost(value, old));
  const places = count < 0 ? pieces.length - 1 : Math.min(count, pieces.length - 1);
  call.evaluation.payCharacters(value.length + places * by.length);
  const head = pieces.slice(0, places + 1).join(by);
  return places === pieces.length - 1 ? head : head + old + pieces.slice(places + 1).join(old);
}

/** Where `sub` is, counted in characters; -1 if nowhere between the bounds. */
function indexOf(
  value: string,
  sub: string,
  start: number,
  length: number | null,
  isLast: boolean,
  call: Call,
): number {
  call.evaluation.pay(1 + value.length / 8 + searchCost(value, sub));
  const points = pointsOf(value);
  const from = start < 0 ? Math.max(0, start + points.length) : start;
  const to = length === null || length < 0 ? points.length : Math.min(points.length, from + length);
  if (from > points.length) return -1;
  const window = points.slice(from, to).join('');
  const found = isLast ? window.lastIndexOf(sub) : window.indexOf(sub);
  return found < 0 ? -1 : from + lengthOf(window.slice(0, found));
}

function finding(name: string, isLast: boolean): FunctionDefinition {
  return define(
    'method',
    name,
    { string: text, sub: text, start: optional(integer, 0), length: optional(integer, null) },
    ({ string, sub, start, length }, call) => indexOf(string, sub, start, length, isLast, call),
  );
}

function joined(values: readonly Value[], separator: string, call: Call): string {
  const texts = values.map((each) => textOf(each, call));
  call.evaluation.payCharacters(texts.reduce((sum, each) => sum + each.length + separator.length, 0));
  return texts.join(separator);
}

function repeated(value: string, times: number, call: Call): string {
  const count = Math.max(0, times);
  call.evaluation.payCharacters(value.length * count);
  return value.repeat(count);
}

const combining: readonly FunctionDefinition[] = [
  define('function', 'concat', { args: rest(text) }, ({ args }, call) => joined(args, '', call)),
  define('function', '#+', { left: text, right: text }, ({ left, right }, call) => call.text(left + right)),
  define('function', '#*', { left: text, right: integer }, ({ left, right }, call) => repeated(left, right, call)),
  define('function', '#*', { left: integer, right: text }, ({ left, right }, call) => repeated(right, left, call)),
  define('method', 'join', { sequence: items, separator: text }, ({ sequence, separator }, call) =>
    joined(sequence, separator, call),
  ),
  define('method', 'join', { separator: text, sequence: items }, ({ separator, sequence }, call) =>
    joined(sequence, separator, call),
  ),
  define('function', 'str', { value: anything }, ({ value }, call) => textOf(call.plain(value), call)),
];

const replacing: readonly FunctionDefinition[] = [
  define(
    'method',
    'replace',
    { string: text, old: text, new: text, count: optional(integer, -1) },
    ({ string, old, new: by, count }, call) => replaced(string, old, by, count, call),
  ),
  define(
    'method',
    'replace',
    { string: text, replacements: mapping, count: optional(integer, -1) },
    ({ string, replacements, count }, call) =>
      entriesOf(replacements, call.evaluation).reduce(
        (value, [key, by]) => replaced(value, textOf(key, call), textOf(by, call), count, call),
        string,
      ),
  ),
];

const asking: readonly FunctionDefinition[] = [
  define('either', 'len', { string: text }, ({ string }) => lengthOf(string)),
  define('method', 'startsWith', { string: text, prefixes: rest(text) }, ({ string, prefixes }) =>
    prefixes.some((each) => string.startsWith(each)),
  ),
  define('method', 'endsWith', { string: text, suffixes: rest(text) }, ({ string, suffixes }) =>
    suffixes.some((each) => string.endsWith(each)),
  ),
  define(
    'either',
    'isEmpty',
    { string: nullable(text), trim: optional(flag, true), chars: optional(text, null) },
    ({ string, trim: doesTrim, chars }, call) =>
      string === null || (doesTrim ? trimmed(string, chars, 'both', call) : string) === '',
  ),
  define('function', 'isString', { arg: anything }, ({ arg }, call) => typeof call.plain(arg) === 'string'),
];

export const textFunctions: readonly FunctionDefinition[] = [
  ...combining,
  ...replacing,
  ...asking,
  define('method', 'toUpper', { string: text }, ({ string }, call) => call.text(string.toUpperCase())),
  define('method', 'toLower', { string: text }, ({ string }, call) => call.text(string.toLowerCase())),
  trim('trim', 'both'),
  trim('trimLeft', 'left'),
  trim('trimRight', 'right'),
  define('either', 'norm', { string: nullable(text), chars: optional(text, null) }, ({ string, chars }, call) =>
    string === null ? null : trimmed(string, chars, 'both', call) || null,
  ),
  splitting('split', false),
  splitting('rightSplit', true),
  finding('indexOf', false),
  finding('lastIndexOf', true),
  define(
    'method',
    'substring',
    { string: text, start: integer, length: optional(integer, -1) },
    ({ string, start, length }, call) => {
      call.evaluation.pay(string.length / 8);
      const points = pointsOf(string);
      const from = start < 0 ? start + points.length : start;
      return call.text(points.slice(from, length < 0 ? points.length : from + length).join(''));
    },
  ),
  define('method', 'toCharArray', { string: text }, ({ string }, call) => call.list(pointsOf(string))),
];
