interface Block {
  readonly before: number;
  readonly now: number;
  readonly length: number;
}

type Range = readonly [beforeFrom: number, beforeTo: number, nowFrom: number, nowTo: number];

/** Lists from this length on: what is repeated often in them starts no match, as in Python's `difflib`. */
const POPULAR_FROM = 200;

/**
 * Indices of what was added and deleted between two lists of keys, as Python's `difflib.SequenceMatcher` finds them: what is
 * not in the longest common run, nor in those before and after it. `pay` is called with the work done.
 */
export function sequenceDifference(
  before: readonly string[],
  now: readonly string[],
  pay: (steps: number) => void,
): { added: number[]; deleted: number[] } {
  const places = placesOf(now);
  const kept = { before: new Set<number>(), now: new Set<number>() };
  const ranges: Range[] = [[0, before.length, 0, now.length]];
  for (let range = ranges.pop(); range; range = ranges.pop()) {
    const block = longestRun(before, now, places, range, pay);
    if (block.length === 0) continue;
    for (let index = 0; index < block.length; index++) {
      kept.before.add(block.before + index);
      kept.now.add(block.now + index);
    }
    const [beforeFrom, beforeTo, nowFrom, nowTo] = range;
    ranges.push([beforeFrom, block.before, nowFrom, block.now]);
    ranges.push([block.before + block.length, beforeTo, block.now + block.length, nowTo]);
  }
  const others = (length: number, known: ReadonlySet<number>): number[] =>
    Array.from({ length }, (_, index) => index).filter((index) => !known.has(index));
  return { added: others(now.length, kept.now), deleted: others(before.length, kept.before) };
}

function placesOf(keys: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  keys.forEach((key, index) => {
    const known = places.get(key);
    if (known) known.push(index);
    else places.set(key, [index]);
  });
  if (keys.length < POPULAR_FROM) return places;
  const often = Math.floor(keys.length / 100) + 1;
  for (const [key, indices] of places) if (indices.length > often) places.delete(key);
  return places;
}

/** The longest run common to both parts; of equal ones the first in `before`, then in `now`. */
function longestRun(
  before: readonly string[],
  now: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  [beforeFrom, beforeTo, nowFrom, nowTo]: Range,
  pay: (steps: number) => void,
): Block {
  let best: Block = { before: beforeFrom, now: nowFrom, length: 0 };
  let lengths = new Map<number, number>();
  for (let i = beforeFrom; i < beforeTo; i++) {
    const next = new Map<number, number>();
    const indices = places.get(before[i] as string) ?? [];
    pay(1 + indices.length);
    for (const j of indices) {
      if (j < nowFrom) continue;
      if (j >= nowTo) break;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, length);
      if (length > best.length) best = { before: i - length + 1, now: j - length + 1, length };
    }
    lengths = next;
  }
  return widened(best, before, now, [beforeFrom, beforeTo, nowFrom, nowTo]);
}

/** What is popular may continue a run. */
function widened(block: Block, before: readonly string[], now: readonly string[], range: Range): Block {
  const [beforeFrom, beforeTo, nowFrom, nowTo] = range;
  let { before: i, now: j, length } = block;
  while (i > beforeFrom && j > nowFrom && before[i - 1] === now[j - 1]) {
    i--;
    j--;
    length++;
  }
  while (i + length < beforeTo && j + length < nowTo && before[i + length] === now[j + length]) length++;
  return { before: i, now: j, length };
}
