import { candidateFor, lazyArguments, shapeOf } from '../compile/call-shape';
import { ExpressionFault } from '../expression-fault';
import { definitionsOf } from '../functions/function-registry';
import { childrenOf, type NodeOf, type SyntaxNode } from '../syntax/syntax-node';
import { compilePattern } from '../values/pattern';

/** A path of settings that an expression is sure to mean, wherever it gets to. */
export interface ReadPath {
  /** `$`, `$node` or `$common`. */
  readonly root: '$' | '$node' | '$common';
  readonly keys: readonly string[];
  /** True where a missing key is no fault: read with `get`, behind `?.`, or in a legacy condition. */
  readonly isOptional: boolean;
  readonly offset: number;
}

/** What can be known of an expression without evaluating it. */
export interface ExpressionFacts {
  /** Functions and methods that are called, sorted. */
  readonly functions: readonly string[];
  /** The longest paths that are certain, in the order of the text. */
  readonly paths: readonly ReadPath[];
  /** Regular expressions written as texts, in the order of the text. */
  readonly patterns: readonly { readonly source: string; readonly offset: number }[];
}

/** Functions whose expressions see `$` as the whole state. */
const STATE_FUNCTIONS = new Set(['new', 'old', 'changed', 'changedAny', 'changedAll', 'added', 'deleted']);
/** Functions whose expressions see the names around them. */
const TRANSPARENT_FUNCTIONS = new Set(['switch', 'switchCase', 'coalesce', 'selectCase', 'selectAllCases', 'examine']);

interface Found {
  readonly functions: Set<string>;
  readonly paths: ReadPath[];
  readonly patterns: { source: string; offset: number }[];
}

/** Throws `ExpressionFault` for a regular expression, written as a text, that is none. */
export function expressionFacts(node: SyntaxNode): ExpressionFacts {
  const found: Found = { functions: new Set(), paths: [], patterns: [] };
  collect(node, true, found);
  return {
    functions: [...found.functions].sort(),
    paths: found.paths.sort((a, b) => a.offset - b.offset),
    patterns: found.patterns.sort((a, b) => a.offset - b.offset),
  };
}

/** `isRoot`: `$` is the whole state here. */
function collect(node: SyntaxNode, isRoot: boolean, found: Found): void {
  const path = pathOf(node, isRoot);
  if (path) {
    found.paths.push(path);
    notePathFunctions(node, found);
    return;
  }
  if (node.kind === 'call') return collectCall(node, isRoot, found);
  if (node.kind === 'binary' && (node.operator === '=~' || node.operator === '!~')) notePattern(node.right, found);
  const isBound = node.kind === 'binary' && node.operator === '->';
  for (const [index, each] of childrenOf(node).entries()) collect(each, isRoot && !(isBound && index === 1), found);
}

function collectCall(node: NodeOf<'call'>, isRoot: boolean, found: Found): void {
  found.functions.add(node.name);
  if (node.name === 'regex' || node.name === 'matches') for (const each of node.positional) notePattern(each, found);
  const shape = shapeOf(node);
  const [candidate] = definitionsOf(node.name).flatMap((each) => candidateFor(each, shape) ?? []);
  const lazy = candidate ? lazyArguments(candidate) : new Set<number>();
  const isState = STATE_FUNCTIONS.has(node.name);
  const isTransparent = TRANSPARENT_FUNCTIONS.has(node.name);
  for (const [index, each] of childrenOf(node).entries())
    collect(each, isState || (isRoot && (isTransparent || !lazy.has(index))), found);
}

function notePattern(node: SyntaxNode, found: Found): void {
  if (node.kind !== 'constant' || typeof node.value !== 'string') return;
  if (compilePattern(node.value) === null)
    throw new ExpressionFault('value', 'the regular expression is not in RE2 syntax, or is too large', node.start);
  found.patterns.push({ source: node.value, offset: node.start });
}

function notePathFunctions(node: SyntaxNode, found: Found): void {
  if (node.kind === 'call') found.functions.add(node.name);
  for (const each of childrenOf(node)) notePathFunctions(each, found);
}

/** A path from `$`, `$node` or `$common` through written keys. */
function pathOf(node: SyntaxNode, isRoot: boolean): ReadPath | null {
  if (node.kind === 'model')
    return {
      root: '$',
      keys: node.model === 'settings' ? node.path : [node.model, ...node.path],
      isOptional: true,
      offset: node.start,
    };
  if (node.kind === 'variable') return rootPath(node, isRoot);
  if (node.kind !== 'attribute' && node.kind !== 'call') return null;
  const key = node.kind === 'attribute' ? node.name : keyOfGet(node);
  const above = key === null || !node.target ? null : pathOf(node.target, isRoot);
  if (!above || key === null) return null;
  const isOptional = above.isOptional || node.isSafe || node.kind === 'call';
  return { ...above, keys: [...above.keys, key], isOptional };
}

function rootPath({ name, start }: NodeOf<'variable'>, isRoot: boolean): ReadPath | null {
  if (name === 'node' || name === 'common') return { root: `$${name}`, keys: [], isOptional: false, offset: start };
  return name === '1' && isRoot ? { root: '$', keys: [], isOptional: false, offset: start } : null;
}

/** The key of `.get('key')` and `.get('key', constant)`. */
function keyOfGet({ name, positional, rules }: NodeOf<'call'>): string | null {
  const [key, other] = positional;
  if (name !== 'get' || rules.length > 0 || positional.length > 2) return null;
  if (other && childrenOf(other).length > 0) return null;
  if (other?.kind === 'variable' || !key) return null;
  if (key.kind === 'word') return key.name;
  return key.kind === 'constant' && typeof key.value === 'string' ? key.value : null;
}
