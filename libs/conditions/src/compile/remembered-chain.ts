import { yaqlTokens } from '../syntax/yaql-tokens';
import { childrenOf, type SyntaxNode } from '../syntax/syntax-node';
import { definitionsOf } from '../functions/function-registry';
import { candidateFor, lazyArguments, shapeOf } from './call-shape';

/** Functions whose result depends on more than their arguments, or whose expressions see the names around them. */
const OPEN_FUNCTIONS = new Set([
  'new',
  'old',
  'changed',
  'changedAny',
  'changedAll',
  'added',
  'deleted',
  'let',
  'with',
  'def',
  'unpack',
  'switchCase',
  'switch',
]);

export interface RememberedChain {
  /** What the chain starts from: an object of which it is a function. */
  readonly base: SyntaxNode;
  /** The chain with a `given` node in place of the base. */
  readonly rest: SyntaxNode;
  /** The same for chains written alike. */
  readonly key: string;
}

/**
 * A chain of calls behind a path, `$.nodes.values().where($.role = x)`, that depends on nothing but the value at the path: it
 * need be worked out once for each such value. Null for anything else.
 */
export function rememberedChain(node: SyntaxNode, source: string): RememberedChain | null {
  if (node.kind !== 'call' || node.target === null || node.name === 'get') return null;
  const base = baseOf(node);
  if (!base || !isClosed(node, base)) return null;
  const key = yaqlTokens(source.slice(base.end, node.end))
    .map(({ text }) => text)
    .join(' ');
  return { base, rest: withGiven(node, base), key };
}

/** The innermost path: `$`, `$x`, and plain keys behind it. */
function baseOf(node: SyntaxNode): SyntaxNode | null {
  if (isPath(node)) return node;
  if (node.kind === 'call' || node.kind === 'attribute' || node.kind === 'index')
    return node.target && baseOf(node.target);
  return null;
}

function isPath(node: SyntaxNode): boolean {
  if (node.kind === 'variable') return true;
  return node.kind === 'attribute' && !node.isSafe && isPath(node.target);
}

/** True if nothing between `node` and `base` looks at names other than those of its own functions. */
function isClosed(node: SyntaxNode, base: SyntaxNode, isInside = false): boolean {
  if (node === base && !isInside) return true;
  if (node.kind === 'variable') return isInside && node.name === '1';
  if (node.kind !== 'call') return childrenOf(node).every((each) => isClosed(each, base, isInside));
  if (OPEN_FUNCTIONS.has(node.name)) return false;
  const shape = shapeOf(node);
  const [candidate] = definitionsOf(node.name).flatMap((each) => candidateFor(each, shape) ?? []);
  if (!candidate) return false;
  const lazy = node.target ? lazyArguments(candidate) : new Set<number>();
  const given = [
    ...(node.target ? [node.target] : []),
    ...node.positional,
    ...node.rules.map(({ destination }) => destination),
  ];
  return given.every((each, index) => isClosed(each, base, isInside || lazy.has(index)));
}

/** `node` from its base on. */
function withGiven(node: SyntaxNode, base: SyntaxNode): SyntaxNode {
  if (node === base) return { ...node, kind: 'given' };
  if (node.kind === 'call' || node.kind === 'attribute' || node.kind === 'index')
    return node.target ? { ...node, target: withGiven(node.target, base) } : node;
  return node;
}
