import type { Lambda } from '../evaluate/scope';
import type { Value } from '../values/value';
import type { Call } from './call';
import { define, PASSES_SECRETS, type FunctionDefinition } from './function-definition';
import { anything, binding, integer, items, lambda, named, optional, rest, rules, text } from './parameter';

const choosing: readonly FunctionDefinition[] = [
  define(
    'function',
    'switch',
    { args: rules },
    ({ args }, call) => {
      const chosen = args.find(({ source }) => call.holds(source.evaluate()));
      return chosen ? chosen.destination.evaluate() : null;
    },
    PASSES_SECRETS,
  ),
  define(
    'function',
    'selectCase',
    { args: rest(lambda) },
    ({ args }, call) => {
      const index = args.findIndex((each) => call.holds(each.evaluate()));
      return index < 0 ? args.length : index;
    },
    PASSES_SECRETS,
  ),
  define(
    'function',
    'selectAllCases',
    { args: rest(lambda) },
    ({ args }, call) => call.list(args.flatMap((each, index) => (call.holds(each.evaluate()) ? [index] : []))),
    PASSES_SECRETS,
  ),
  define(
    'function',
    'examine',
    { args: rest(lambda) },
    ({ args }, call) => call.list(args.map((each) => call.holds(each.evaluate()))),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'switchCase',
    { case: integer, args: rest(lambda) },
    ({ case: index, args }) => {
      const chosen = args[index] ?? args.at(-1);
      return chosen ? chosen.evaluate() : null;
    },
    PASSES_SECRETS,
  ),
  define(
    'function',
    'coalesce',
    { args: rest(lambda) },
    ({ args }, call) => {
      for (const each of args) {
        const value = each.evaluate();
        if (!call.isNull(value)) return value;
      }
      return null;
    },
    PASSES_SECRETS,
  ),
  define('function', 'bool', { value: anything }, ({ value }, call) => call.holds(value)),
  define('function', 'isBoolean', { value: anything }, ({ value }, call) => typeof call.plain(value) === 'boolean'),
];

function unpacked(sequence: readonly Value[], names: readonly string[], call: Call): Value {
  if (names.length === 0) return call.scope.with({ positional: sequence });
  if (sequence.length !== names.length)
    return call.fail(`\`unpack\` has ${names.length} names for a list of another length`);
  return call.scope.with({ named: new Map(names.map((name, index) => [name, sequence[index] as Value])) });
}

/** The function sees its own name: it may call itself. */
function defined(name: string, func: Lambda, call: Call): Value {
  const functions = new Map<string, Lambda>();
  const scope = call.scope.with({ functions });
  functions.set(name, func.within(scope));
  return scope;
}

const naming: readonly FunctionDefinition[] = [
  define(
    'function',
    'let',
    { args: rest(anything), kwargs: named },
    ({ args, kwargs }, call) => call.scope.with({ positional: args, named: kwargs }),
    PASSES_SECRETS,
  ),
  define(
    'function',
    'with',
    { args: rest(anything) },
    ({ args }, call) => call.scope.with({ positional: args }),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'unpack',
    { sequence: items, args: rest(text) },
    ({ sequence, args }, call) => unpacked(sequence, args, call),
    PASSES_SECRETS,
  ),
  define(
    'function',
    'def',
    { name: text, func: lambda },
    ({ name, func }, call) => defined(name, func, call),
    PASSES_SECRETS,
  ),
  define(
    'function',
    '#->',
    { left: binding, right: lambda },
    ({ left, right }) => right.evaluateWithin(left),
    PASSES_SECRETS,
  ),
  define(
    'method',
    'assert',
    { obj: anything, condition: lambda, message: optional(text, null) },
    ({ obj, condition }, call) => {
      if (!call.holds(condition.evaluate(obj))) return call.fail('the assertion does not hold');
      return obj;
    },
    PASSES_SECRETS,
  ),
];

export const branchFunctions: readonly FunctionDefinition[] = [...choosing, ...naming];
