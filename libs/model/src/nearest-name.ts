/** Names that are compared; the rest is not looked at, so that a bad input of any size is answered soon. */
const COMPARED_MAX = 500;

/**
 * The name of `known` that `name` was most likely meant to be; null if none is near. Distance: letters inserted, left
 * out, changed or swapped with a neighbour, case ignored; at most a third of the length. Ties go to the first in `known`.
 * Cost: the product of both lengths for each of the first 500 names of similar length, less for those that are not near;
 * names above 128 characters have no neighbours.
 */
export function nearestName(name: string, known: Iterable<string>): string | null {
  if (name.length > 128) return null;
  const meant = name.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  let compared = 0;
  for (const each of known) {
    if (Math.abs(each.length - name.length) >= bestDistance) continue;
    if (++compared > COMPARED_MAX) break;
    const distance = editDistance(meant, each.toLowerCase(), bestDistance);
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

/** Damerau-Levenshtein distance without overlapping swaps; Infinity as soon as it cannot be below `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  const width = b.length + 1;
  // Three rows, used in turn: a swap looks two rows back.
  const rows = [new Uint16Array(width), new Uint16Array(width), new Uint16Array(width)] as const;
  for (let j = 0; j < width; j++) rows[0][j] = j;
  let leastBefore = 0;
  for (let i = 1; i <= a.length; i++) {
    const row = rows[(i % 3) as 0 | 1 | 2];
    const last = rows[((i + 2) % 3) as 0 | 1 | 2];
    const beforeLast = rows[((i + 1) % 3) as 0 | 1 | 2];
    row[0] = i;
    let leastOfRow = i;
    for (let j = 1; j < width; j++) {
      const isSame = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let least = (last[j - 1] as number) + (isSame ? 0 : 1);
      if ((last[j] as number) + 1 < least) least = (last[j] as number) + 1;
      if ((row[j - 1] as number) + 1 < least) least = (row[j - 1] as number) + 1;
      const isSwap =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (isSwap && (beforeLast[j - 2] as number) + 1 < least) least = (beforeLast[j - 2] as number) + 1;
      row[j] = least;
      if (least < leastOfRow) leastOfRow = least;
    }
    if (leastOfRow >= limit && leastBefore >= limit) return Infinity;
    leastBefore = leastOfRow;
  }
  return rows[(a.length % 3) as 0 | 1 | 2][b.length] as number;
}
