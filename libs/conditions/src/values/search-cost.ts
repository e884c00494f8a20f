/**
 * Steps to look for a text in another one. What is looked for counts, too: a long text full of repetitions is compared nearly to
 * its end again and again.
 */
export function searchCost(text: string, sought: string): number {
  return (text.length / 512) * (1 + Math.min(text.length, sought.length) / 8);
}
