import { nearestName } from '@muster/model';
import { ExpressionFault } from '../expression-fault';
import type { FunctionDefinition } from '../functions/function-definition';
import { definitionsOf, FUNCTION_NAMES } from '../functions/function-registry';
import { REFUSED_FUNCTIONS } from '../functions/refused-functions';
import type { NodeOf } from '../syntax/syntax-node';
import { candidateFor, lazyArguments, shapeOf, type Candidate } from './call-shape';

/** The ways in which a call could be meant; at least one. Throws `ExpressionFault`, with the nearest right name. */
export function candidatesOf(node: NodeOf<'call'>, userFunctions: ReadonlySet<string>): readonly Candidate[] {
  const definitions = definitionsFor(node, userFunctions);
  const shape = shapeOf(node);
  const candidates = definitions.flatMap((definition) => candidateFor(definition, shape) ?? []);
  if (candidates.length === 0) refuseArguments(node, definitions);
  return agreeing(candidates);
}

/** Those that evaluate the same arguments themselves as the first. */
function agreeing(candidates: readonly Candidate[]): readonly Candidate[] {
  const lazy = (candidate: Candidate): string => [...lazyArguments(candidate)].join();
  const [first] = candidates;
  return first ? candidates.filter((each) => lazy(each) === lazy(first)) : [];
}

function definitionsFor(
  { name, target, at }: NodeOf<'call'>,
  userFunctions: ReadonlySet<string>,
): readonly FunctionDefinition[] {
  const all = definitionsOf(name);
  const wanted = target ? 'method' : 'function';
  const fitting = all.filter(({ form }) => form === wanted || form === 'either');
  if (fitting.length > 0) return fitting;
  const shown = shownName(name);
  const reason = REFUSED_FUNCTIONS.get(name);
  if (reason !== undefined) throw new ExpressionFault('value', `\`${shown}\` is refused: ${reason}`, at);
  if (all.length > 0)
    throw new ExpressionFault(
      'value',
      target
        ? `\`${shown}\` is no method; write \`${shown}(...)\``
        : `\`${shown}\` is a method; write \`value.${shown}(...)\``,
      at,
    );
  const near = nearestName(name, [...userFunctions, ...FUNCTION_NAMES]);
  throw new ExpressionFault(
    'value',
    `there is no function \`${shown}\`${near === null ? '' : `; did you mean \`${near}\`?`}`,
    at,
  );
}

function refuseArguments(node: NodeOf<'call'>, definitions: readonly FunctionDefinition[]): never {
  const forms = [...new Set(definitions.map((definition) => formOf(definition, node.target !== null)))];
  throw new ExpressionFault('value', `\`${shownName(node.name)}\` is called otherwise: ${forms.join(' or ')}`, node.at);
}

/** `a.split([separator], [maxSplits])`. */
function formOf({ name, parameters }: FunctionDefinition, isMethod: boolean): string {
  const shown = parameters.map(([parameter, { kind, isRest, fallback }]) => {
    if (kind === 'rules' || kind === 'named') return 'key => value, ...';
    if (isRest) return `${parameter}, ...`;
    return fallback ? `[${parameter}]` : parameter;
  });
  return isMethod ? `\`${shown[0]}.${name}(${shown.slice(1).join(', ')})\`` : `\`${name}(${shown.join(', ')})\``;
}

function shownName(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}...` : name;
}
