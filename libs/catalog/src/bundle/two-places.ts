import { canonicalJson } from '@muster/model';
import type { Cursor, MapCursor } from '../yaml/cursor';

/**
 * A setting that has two spellings or two places: the one that is there. Two different values are a problem
 * (`BUNDLE_CONFLICTING_VALUES`), and the first is taken.
 */
export function oneOfTwo(first: Cursor | null, second: Cursor | null): Cursor | null {
  if (first && second && canonicalJson(first.json()) !== canonicalJson(second.json())) {
    second.report(
      'BUNDLE_CONFLICTING_VALUES',
      `\`${within(first)}\` (line ${first.place.line}) and \`${within(second)}\` (line ${second.place.line}) have different values`,
    );
  }
  return first ?? second;
}

/** The path inside the definition: which of the file's it is, the line says. */
function within({ path }: Cursor): string {
  return path.replace(/^\d+\./, '');
}

/** The value of a key with two spellings. */
export function eitherKey(map: MapCursor, first: string, second: string): Cursor | null {
  return oneOfTwo(map.get(first), map.get(second));
}
