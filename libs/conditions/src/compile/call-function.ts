import { ExpressionFault } from '../expression-fault';
import { Lambda, type Scope } from '../evaluate/scope';
import { hasSecret, revealed, secretOf, withSecretMembers } from '../evaluate/secrecy';
import { Call, isCovered } from '../functions/call';
import { definitionsOf } from '../functions/function-registry';
import type { Parameter, Rule } from '../functions/parameter';
import { CHARACTERS_PER_STEP, FREE_LENGTH } from '../values/key-of';
import { describeValue, isSealed, Secret, type Value } from '../values/value';
import { candidateFor, type Candidate, type Slot } from './call-shape';

/** The arguments of one call: values, and expressions that the function evaluates itself. */
export interface GivenArguments {
  readonly values: readonly (Value | Lambda)[];
  readonly rules: readonly Rule[];
  readonly named: ReadonlyMap<string, Value> | null;
}

/** Calls the first candidate that takes these arguments. */
export function callFunction(
  name: string,
  candidates: readonly Candidate[],
  given: GivenArguments,
  scope: Scope,
  offset: number,
  isMethod: boolean,
): Value {
  const { evaluation } = scope;
  evaluation.offset = offset;
  evaluation.pay(1);
  for (const candidate of candidates) {
    if (!takes(candidate, given, scope)) continue;
    const call = new Call(name, scope, offset);
    const result = candidate.definition.run(readArguments(candidate, given, call), call);
    return call.dependsOnSecret ? secretOf(result, evaluation) : result;
  }
  return refuse(name, candidates, given, scope, offset, isMethod);
}

/** What an operator yields. */
export function callOperator(name: string, values: readonly Value[], scope: Scope, offset: number): Value {
  return callFunction(
    name,
    operatorCandidates(name, values.length),
    { values, rules: [], named: null },
    scope,
    offset,
    false,
  );
}

const operators = new Map<string, readonly Candidate[]>();

export function operatorCandidates(name: string, count: number): readonly Candidate[] {
  const key = `${name}${count}`;
  let known = operators.get(key);
  if (!known) {
    known = definitionsOf(name).flatMap((each) => candidateFor(each, { positional: count, rules: [] }) ?? []);
    operators.set(key, known);
  }
  return known;
}

function takes({ definition, slots }: Candidate, { values }: GivenArguments, scope: Scope): boolean {
  return definition.parameters.every(([, parameter], position) => {
    if (parameter.kind !== 'value' || parameter.isBlind) return true;
    const slot = slots[position] as Slot;
    const isTaken = (index: number): boolean => parameter.accepts(uncovered(values[index] as Value, scope));
    if (slot.kind === 'one') return isTaken(slot.index);
    return slot.kind !== 'many' || slot.indices.every(isTaken);
  });
}

function uncovered(value: Value, { evaluation }: Scope): Value {
  if (value instanceof Secret) return value.inner;
  return isSealed(value) ? evaluation.open(value) : value;
}

function readArguments(
  { definition, slots }: Candidate,
  given: GivenArguments,
  call: Call,
): Readonly<Record<string, unknown>> {
  const read: Record<string, unknown> = {};
  for (let position = 0; position < slots.length; position++) {
    const [name, parameter] = definition.parameters[position] as (typeof definition.parameters)[number];
    const slot = slots[position] as Slot;
    const one = (index: number): unknown => {
      if (parameter.kind === 'lambda') return given.values[index];
      const value = shownTo(definition.passesSecrets, parameter, given.values[index] as Value, call);
      if (typeof value === 'string' && value.length > FREE_LENGTH)
        call.evaluation.pay(value.length / CHARACTERS_PER_STEP);
      return parameter.read(value);
    };
    if (slot.kind === 'one') read[name] = one(slot.index);
    else if (slot.kind === 'many') read[name] = slot.indices.map(one);
    else if (slot.kind === 'rules') read[name] = parameter.kind === 'named' ? given.named : given.rules;
    else read[name] = parameter.fallback?.value;
  }
  return read;
}

/** What a function gets to see of an argument: secrets opened, unless it only passes them on. */
function shownTo(passesSecrets: boolean, parameter: Parameter<unknown>, value: Value, call: Call): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (passesSecrets) {
    if (parameter.isBlind || !isCovered(value)) return value;
    call.dependsOnSecret = true;
    return withSecretMembers(uncovered(value, call.scope));
  }
  if (!hasSecret(value, call.evaluation)) return value;
  call.dependsOnSecret = true;
  return revealed(value, call.evaluation);
}

function refuse(
  name: string,
  candidates: readonly Candidate[],
  given: GivenArguments,
  scope: Scope,
  offset: number,
  isMethod: boolean,
): never {
  const shown = name === '#index' ? '[]' : name.replace(/^#(unary )?/, '');
  const values = given.values.filter((each): each is Value => !isLambda(each));
  const [only] = candidates;
  if (candidates.length === 1 && only) {
    const wrong = firstWrong(only, given, scope);
    if (wrong) throw new ExpressionFault('value', wrongArgument(shown, wrong, isMethod), offset);
  }
  const kinds = values.map((each) => describeValue(each)).join(' and ');
  throw new ExpressionFault('value', `\`${shown}\` cannot be used with ${kinds === '' ? 'nothing' : kinds}`, offset);
}

interface WrongArgument {
  readonly position: number;
  readonly name: string;
  readonly takes: string;
  readonly got: string;
}

function firstWrong({ definition, slots }: Candidate, { values }: GivenArguments, scope: Scope): WrongArgument | null {
  for (const [position, [name, parameter]] of definition.parameters.entries()) {
    const slot = slots[position] as Slot;
    if (slot.kind !== 'one' || parameter.kind !== 'value' || parameter.isBlind) continue;
    const value = values[slot.index] as Value;
    if (!parameter.accepts(uncovered(value, scope)))
      return { position, name, takes: parameter.takes, got: describeValue(value) };
  }
  return null;
}

function wrongArgument(
  name: string,
  { position, name: parameter, takes: wanted, got }: WrongArgument,
  isMethod: boolean,
): string {
  if (isMethod && position === 0) return `\`${name}\` is a method of ${wanted}, not of ${got}`;
  return `\`${name}\` takes ${wanted} as \`${parameter}\`, not ${got}`;
}

function isLambda(value: Value | Lambda): value is Lambda {
  return value instanceof Lambda;
}
