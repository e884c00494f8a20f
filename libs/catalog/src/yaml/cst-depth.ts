import type { CST } from 'yaml';

/** Levels of collections in the syntax tree, counted without recursion; stops counting above `limit`. */
export function depthOf(tokens: readonly CST.Token[], limit: number): number {
  let deepest = 0;
  const stack: [CST.Token, number][] = tokens.map((token) => [token, 0]);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [token, depth] = next;
    deepest = Math.max(deepest, depth);
    if (deepest > limit) break;
    if (token.type === 'document') {
      if (token.value) stack.push([token.value, depth]);
    } else if ('items' in token) {
      for (const item of token.items) {
        if (item.key) stack.push([item.key, depth + 1]);
        if (item.value) stack.push([item.value, depth + 1]);
      }
    }
  }
  return deepest;
}
