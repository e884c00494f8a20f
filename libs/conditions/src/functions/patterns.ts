import { patternExcess } from '@muster/model';
import { RE2JS, type Matcher } from 're2js';
import type { Lambda } from '../evaluate/scope';
import { mappingOf } from '../values/mappings';
import { compilePattern } from '../values/pattern';
import { pointAt } from '../values/text-points';
import { Pattern, type Value } from '../values/value';
import { textOf } from './texts';
import type { Call } from './call';
import { define, type FunctionDefinition } from './function-definition';
import { anything, flag, integer, lambda, optional, pattern, text } from './parameter';

function compiled(source: string, call: Call): RE2JS {
  call.evaluation.pay(1 + source.length / 16);
  return (
    compilePattern(source) ??
    call.fail(patternExcess(source) ?? 'the regular expression is not in RE2 syntax (which has no back references)')
  );
}

/** Pays for a search: linear in the text, times the size of the pattern at worst. */
function payFor(searched: RE2JS, value: string, call: Call): void {
  call.evaluation.pay(1 + (value.length * searched.programSize()) / 1000);
}

function isFound(searched: RE2JS, value: string, call: Call): boolean {
  payFor(searched, value, call);
  return searched.test(value);
}

function matching(form: 'method' | 'function', name: string, isWanted: boolean): readonly FunctionDefinition[] {
  return [
    define(
      form,
      name,
      { string: text, regexp: text },
      ({ string, regexp }, call) => isFound(compiled(regexp, call), string, call) === isWanted,
    ),
    define(
      form,
      name,
      form === 'method' ? { regexp: pattern, string: text } : { string: text, regexp: pattern },
      ({ regexp, string }, call) => isFound(regexp.compiled, string, call) === isWanted,
    ),
  ];
}

/** A match as YAQL shows it: `$` the whole, `$2`... the groups, named ones by name. */
function matchScope(matcher: Matcher, value: string, call: Call): Parameters<Call['scope']['with']>[0] {
  const shown = (group: number | string): Value =>
    mappingOf(
      [
        ['value', matcher.group(group)],
        ['start', matcher.start(group) < 0 ? -1 : pointAt(value, matcher.start(group))],
        ['end', matcher.end(group) < 0 ? -1 : pointAt(value, matcher.end(group))],
      ],
      call.evaluation,
    );
  const positional = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => shown(group));
  const names = Object.keys(matcher.pattern().namedGroups());
  call.evaluation.payItems(positional.length + names.length);
  return { positional, named: new Map(names.map((name) => [name, shown(name)])) };
}

function selected(matcher: Matcher, value: string, selector: Lambda | null, call: Call): Value {
  if (!selector) return call.text(matcher.group() ?? '');
  return selector.evaluateWithin(selector.scope.with(matchScope(matcher, value, call)));
}

/** Every match, first to last. A match of nothing is followed by one from the next character on. */
function* matches(searched: RE2JS, value: string, call: Call): Iterable<Matcher> {
  payFor(searched, value, call);
  const matcher = searched.matcher(value);
  while (matcher.find()) {
    yield matcher;
    call.evaluation.pay(1 + ((value.length - matcher.end()) * searched.programSize()) / 4000);
  }
}

function splitBy(searched: RE2JS, value: string, max: number, call: Call): readonly Value[] {
  const pieces: Value[] = [];
  let from = 0;
  for (const matcher of matches(searched, value, call)) {
    if (max > 0 && pieces.length >= max) break;
    pieces.push(value.slice(from, matcher.start()));
    from = matcher.end();
  }
  pieces.push(value.slice(from));
  call.evaluation.payCharacters(value.length);
  return call.list(pieces);
}

function replacedBy(
  searched: RE2JS,
  value: string,
  count: number,
  by: (matcher: Matcher) => string,
  call: Call,
): string {
  const pieces: string[] = [];
  let from = 0;
  let done = 0;
  for (const matcher of matches(searched, value, call)) {
    if (count > 0 && done++ >= count) break;
    pieces.push(value.slice(from, matcher.start()), call.text(by(matcher)));
    from = matcher.end();
  }
  pieces.push(value.slice(from));
  return call.text(pieces.join(''));
}

/** `\1` and `\g<name>` of a replacement. */
function filledIn(replacement: string, matcher: Matcher, call: Call): string {
  return replacement.replace(
    /\\(?:(\d{1,2})|g<(\w+)>|(\\))/g,
    (whole, digits?: string, name?: string, slash?: string) => {
      if (slash !== undefined) return slash;
      const group = digits ?? (name !== undefined && /^\d+$/.test(name) ? name : undefined);
      const isKnown =
        group === undefined
          ? name !== undefined && Object.hasOwn(matcher.pattern().namedGroups(), name)
          : Number(group) <= matcher.groupCount();
      if (!isKnown) return call.fail('the replacement names a group that the regular expression does not have');
      return matcher.group(group === undefined ? (name ?? whole) : Number(group)) ?? '';
    },
  );
}

const replacement =
  (repl: Lambda, value: string, call: Call) =>
  (matcher: Matcher): string =>
    textOf(call.plain(repl.evaluateWithin(repl.scope.with(matchScope(matcher, value, call)))), call);

const searching: readonly FunctionDefinition[] = [
  define(
    'method',
    'search',
    { regexp: pattern, string: text, selector: optional(lambda, null) },
    ({ regexp, string, selector }, call) => {
      for (const matcher of matches(regexp.compiled, string, call)) return selected(matcher, string, selector, call);
      return null;
    },
  ),
  define(
    'method',
    'searchAll',
    { regexp: pattern, string: text, selector: optional(lambda, null) },
    ({ regexp, string, selector }, call) => {
      const found: Value[] = [];
      for (const matcher of matches(regexp.compiled, string, call))
        found.push(selected(matcher, string, selector, call));
      return call.list(found);
    },
  ),
];

const changing: readonly FunctionDefinition[] = [
  define(
    'method',
    'split',
    { regexp: pattern, string: text, maxSplit: optional(integer, 0) },
    ({ regexp, string, maxSplit }, call) => splitBy(regexp.compiled, string, maxSplit, call),
  ),
  define(
    'method',
    'split',
    { string: text, regexp: pattern, maxSplit: optional(integer, 0) },
    ({ regexp, string, maxSplit }, call) => splitBy(regexp.compiled, string, maxSplit, call),
  ),
  ...[
    { regexp: pattern, string: text, repl: text, count: optional(integer, 0) },
    { string: text, regexp: pattern, repl: text, count: optional(integer, 0) },
  ].map((parameters) =>
    define('method', 'replace', parameters, ({ regexp, string, repl, count }, call) =>
      replacedBy(regexp.compiled, string, count, (matcher) => filledIn(repl, matcher, call), call),
    ),
  ),
  ...[
    { regexp: pattern, string: text, repl: lambda, count: optional(integer, 0) },
    { string: text, regexp: pattern, repl: lambda, count: optional(integer, 0) },
  ].map((parameters) =>
    define('method', 'replaceBy', parameters, ({ regexp, string, repl, count }, call) =>
      replacedBy(regexp.compiled, string, count, replacement(repl, string, call), call),
    ),
  ),
];

export const patternFunctions: readonly FunctionDefinition[] = [
  define(
    'function',
    'regex',
    {
      pattern: text,
      ignoreCase: optional(flag, false),
      multiLine: optional(flag, false),
      dotAll: optional(flag, false),
    },
    ({ pattern: source, ...options }, call) => {
      compiled(source, call);
      return new Pattern(compilePattern(source, options) ?? call.fail('the regular expression is too large'));
    },
  ),
  ...matching('method', 'matches', true),
  ...matching('function', '#=~', true),
  ...matching('function', '#!~', false),
  ...searching,
  ...changing,
  define('function', 'escapeRegex', { string: text }, ({ string }, call) => {
    call.evaluation.pay(string.length / 16);
    return call.text(RE2JS.quote(string));
  }),
  define('function', 'isRegex', { value: anything }, ({ value }, call) => call.plain(value) instanceof Pattern),
];
