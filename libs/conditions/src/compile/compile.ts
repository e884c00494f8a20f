import { ExpressionFault } from '../expression-fault';
import { Lambda, type Run, type Scope } from '../evaluate/scope';
import { secretOf } from '../evaluate/secrecy';
import { Call } from '../functions/call';
import type { Rule } from '../functions/parameter';
import type { BinaryOperator, NodeOf, RuleNode, SyntaxNode } from '../syntax/syntax-node';
import { mappingOf } from '../values/mappings';
import { Special } from '../values/special';
import type { Value } from '../values/value';
import { compileAttribute } from './attribute';
import { callFunction, operatorCandidates } from './call-function';
import { lazyArguments } from './call-shape';
import { candidatesOf } from './choose-definition';
import { compileModel, legacyIn } from './legacy';
import { rememberedChain } from './remembered-chain';

/** What compiling needs to know of the whole expression. */
export interface Compiling {
  readonly source: string;
  /** Names given by `def`. */
  readonly userFunctions: ReadonlySet<string>;
}

/** Turns a tree into functions. Throws `ExpressionFault` for unknown names and wrong numbers of arguments. */
export function compile(node: SyntaxNode, compiling: Compiling): Run {
  switch (node.kind) {
    case 'constant':
      return constant(node.value);
    case 'word':
      return constant(node.name);
    case 'variable':
      return variable(node.name);
    case 'given':
      return ({ evaluation }) => evaluation.given;
    case 'attribute':
      return compileAttribute(node, compile(node.target, compiling), compiling.source);
    case 'call':
      return compileChain(node, compiling) ?? compileCall(node, compiling);
    case 'index':
      return compileOperator('#index', [node.target, ...node.positional], node.at, compiling);
    case 'list':
      return compileList(node, compiling);
    case 'mapping':
      return compileMapping(node, compiling);
    case 'unary':
      return node.operator === 'not'
        ? compileNot(node, compiling)
        : compileOperator(`#unary ${node.operator}`, [node.operand], node.at, compiling);
    case 'binary':
      return compileBinary(node, compiling);
    case 'model':
      return compileModel(node);
    case 'legacy-in':
      return legacyIn(compile(node.left, compiling), compile(node.right, compiling), node.at);
  }
}

function constant(value: Value): Run {
  return () => value;
}

function variable(name: string): Run {
  if (!/^[1-9]\d{0,3}$/.test(name)) return (scope) => scope.get(name);
  const index = Number(name) - 1;
  return (scope) => scope.at(index);
}

/** Worked out once for each value that it starts from. */
function compileChain(node: NodeOf<'call'>, compiling: Compiling): Run | null {
  const chain = rememberedChain(node, compiling.source);
  if (!chain) return null;
  const { rest, key } = chain;
  const base = compile(chain.base, compiling);
  const run = rest.kind === 'call' ? compileCall(rest, compiling) : compile(rest, compiling);
  return (scope) => {
    const { evaluation } = scope;
    const value = base(scope);
    const work = (): Value => {
      evaluation.given = value;
      return run(scope);
    };
    if (typeof value !== 'object' || value === null || value instanceof Special) return work();
    evaluation.pay(1);
    return evaluation.memo.chain(value, key, work);
  };
}

function compileCall(node: NodeOf<'call'>, compiling: Compiling): Run {
  if (!node.target && compiling.userFunctions.has(node.name)) return compileUserCall(node, compiling);
  const candidates = candidatesOf(node, compiling.userFunctions);
  const { name, at, isSafe, target } = node;
  const written = [...(target ? [target] : []), ...node.positional];
  const takesRules = candidates.some(({ slots }) => slots.some(({ kind }) => kind === 'rules'));
  const lazy = candidates[0] ? lazyArguments(candidates[0]) : new Set<number>();
  const nodes = takesRules ? written : [...written, ...node.rules.map(({ destination }) => destination)];
  const readers = nodes.map((each, index) => argument(each, lazy.has(index), compiling));
  const rules = takesRules ? node.rules.map((rule) => compileRule(rule, compiling)) : [];
  const isNamed = candidates.some(({ definition }) => definition.parameters.some(([, { kind }]) => kind === 'named'));
  return (scope) => {
    const first = readers[0]?.(scope) ?? null;
    if (isSafe && first === null) return null;
    const values = readers.map((read, index) => (index === 0 ? first : read(scope)));
    const given = rules.map((rule) => rule(scope));
    const named = isNamed ? namedValues(node.rules, given) : null;
    return callFunction(name, candidates, { values, rules: given, named }, scope, at, target !== null);
  };
}

function argument(node: SyntaxNode, isLazy: boolean, compiling: Compiling): (scope: Scope) => Value | Lambda {
  const run = compile(node, compiling);
  return isLazy ? lambdaOf(run, node, compiling) : run;
}

function lambdaOf(run: Run, node: SyntaxNode, { source }: Compiling): (scope: Scope) => Lambda {
  const text = source.slice(node.start, node.end);
  return (scope) => new Lambda(run, scope, text, node.start);
}

function compileRule({ source, destination }: RuleNode, compiling: Compiling): (scope: Scope) => Rule {
  const left = lambdaOf(compile(source, compiling), source, compiling);
  const right = lambdaOf(compile(destination, compiling), destination, compiling);
  return (scope) => ({ source: left(scope), destination: right(scope) });
}

function namedValues(rules: readonly RuleNode[], given: readonly Rule[]): ReadonlyMap<string, Value> {
  return new Map(
    rules.map(({ source }, index) => [
      source.kind === 'word' ? source.name : '',
      given[index]?.destination.evaluate() ?? null,
    ]),
  );
}

/** A function that `def` gave a name to; which one is known where it is called. */
function compileUserCall(node: NodeOf<'call'>, compiling: Compiling): Run {
  if (node.rules[0]) throw new ExpressionFault('value', `\`${node.name}\` takes values only`, node.at);
  const values = node.positional.map((each) => compile(each, compiling));
  return (scope) => {
    const lambda = scope.function(node.name);
    if (!lambda) throw new ExpressionFault('value', `\`${node.name}\` is defined elsewhere only`, node.at);
    return lambda.evaluate(...values.map((run) => run(scope)));
  };
}

function compileList({ items, at }: NodeOf<'list'>, compiling: Compiling): Run {
  const runs = items.map((each) => compile(each, compiling));
  return (scope) => {
    scope.evaluation.offset = at;
    scope.evaluation.payItems(runs.length);
    return runs.map((run) => run(scope));
  };
}

function compileMapping({ rules, at }: NodeOf<'mapping'>, compiling: Compiling): Run {
  const entries = rules.map(
    ({ source, destination }) => [compile(source, compiling), compile(destination, compiling)] as const,
  );
  return (scope) => {
    const { evaluation } = scope;
    evaluation.offset = at;
    evaluation.payItems(entries.length);
    const call = new Call('{}', scope, at);
    return mappingOf(
      entries.map(([key, value]) => {
        const name = key(scope);
        if (call.plain(name) !== name) return call.fail('a secret may not be a key; keys are shown');
        return [name, value(scope)] as const;
      }),
      evaluation,
    );
  };
}

function compileNot({ operand, at }: NodeOf<'unary'>, compiling: Compiling): Run {
  const run = compile(operand, compiling);
  return (scope) => {
    const value = run(scope);
    if (typeof value === 'boolean') return !value;
    const call = new Call('not', scope, at);
    const result = !call.holds(value);
    return call.dependsOnSecret ? secretOf(result, scope.evaluation) : result;
  };
}

function compileBinary(node: NodeOf<'binary'>, compiling: Compiling): Run {
  const { operator, at } = node;
  switch (operator) {
    case 'and':
    case 'or':
      return compileLogic(operator, compile(node.left, compiling), compile(node.right, compiling), at);
    case '=':
    case '!=':
      return compileEquality(operator, compile(node.left, compiling), compile(node.right, compiling), at);
    case '->':
      return compileArrow(node, compiling);
    default:
      return compileOperator(`#${operator}`, [node.left, node.right], at, compiling);
  }
}

/** `and` and `or` yield one of their operands. */
function compileLogic(operator: BinaryOperator, left: Run, right: Run, at: number): Run {
  const endsWith = operator === 'or';
  return (scope) => {
    const value = left(scope);
    if (typeof value === 'boolean') return value === endsWith ? value : right(scope);
    const call = new Call(operator, scope, at);
    const result = call.holds(value) === endsWith ? value : right(scope);
    return call.dependsOnSecret ? secretOf(result, scope.evaluation) : result;
  };
}

function compileEquality(operator: BinaryOperator, left: Run, right: Run, at: number): Run {
  const isWanted = operator === '=';
  return (scope) => {
    scope.evaluation.offset = at;
    const call = new Call(operator, scope, at);
    const result = call.areEqual(left(scope), right(scope)) === isWanted;
    return call.dependsOnSecret ? secretOf(result, scope.evaluation) : result;
  };
}

function compileArrow({ left, right, at }: NodeOf<'binary'>, compiling: Compiling): Run {
  const context = compile(left, compiling);
  const body = lambdaOf(compile(right, compiling), right, compiling);
  const candidates = operatorCandidates('#->', 2);
  return (scope) =>
    callFunction(
      '#->',
      candidates,
      { values: [context(scope), body(scope)], rules: [], named: null },
      scope,
      at,
      false,
    );
}

function compileOperator(name: string, operands: readonly SyntaxNode[], at: number, compiling: Compiling): Run {
  const candidates = operatorCandidates(name, operands.length);
  if (candidates.length === 0)
    throw new ExpressionFault('value', '`[]` takes an index or a key, and perhaps a default', at);
  const runs = operands.map((each) => compile(each, compiling));
  return (scope) =>
    callFunction(name, candidates, { values: runs.map((run) => run(scope)), rules: [], named: null }, scope, at, false);
}
