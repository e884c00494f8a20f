const SHOWN_MAX = 5;

/** The first few, and how many more there are. */
export function shortList(items: readonly string[]): string {
  const more = items.length - SHOWN_MAX;
  return `${items.slice(0, SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
