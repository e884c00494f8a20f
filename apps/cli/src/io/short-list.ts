const SHOWN_MAX = 5;

/** The first few, and how many more there are. */
export function shortList(items: readonly string[]): string {
  return firstOf(items, items.length);
}

/** As `shortList`, of `count` items of which only the first are known. */
export function firstOf(items: readonly string[], count: number): string {
  const more = count - Math.min(SHOWN_MAX, items.length);
  return `${items.slice(0, SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
