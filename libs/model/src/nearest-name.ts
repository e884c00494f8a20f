/**
 * The name of `known` that `name` was most likely meant to be; null if none is near. Distance: letters inserted, left
 * out, changed or swapped with a neighbour, case ignored; at most a third of the length. Ties go to the first in `known`.
 * Cost: the product of both lengths for each name of similar length; names above 128 characters have no neighbours.
 */
export function nearestName(name: string, known: Iterable<string>): string | null {
  if (name.length > 128) return null;
  const meant = name.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const each of known) {
    if (Math.abs(each.length - name.length) >= bestDistance) continue;
    const distance = editDistance(meant, each.toLowerCase());
    if (distance < bestDistance) {
      best = each;
      bestDistance = distance;
    }
  }
  return best;
}

/** " Did you mean `x`?", or nothing: to be put behind a remedy. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === null ? '' : ` Did you mean \`${nearest}\`?`;
}

/** Damerau-Levenshtein distance without overlapping swaps. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (beforeLast[j - 2] as number) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}
