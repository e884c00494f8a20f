import { childrenOf, type SyntaxNode } from '../syntax/syntax-node';

/** Names that `def` gives anywhere in the expression. */
export function userFunctionsOf(node: SyntaxNode, names = new Set<string>()): ReadonlySet<string> {
  if (node.kind === 'call' && node.name === 'def') {
    const [name] = node.positional;
    if (name?.kind === 'word') names.add(name.name);
    if (name?.kind === 'constant' && typeof name.value === 'string') names.add(name.value);
  }
  for (const each of childrenOf(node)) userFunctionsOf(each, names);
  return names;
}
