import { patternExcess, patternSize } from '@muster/model';
import { isPattern } from '../draft/name-pattern';

/** Units of work to compile a `/regex/`; to look a plain name up. */
export function patternCost(name: string): number {
  return isPattern(name) && patternExcess(name) === null ? 30 + 3 * patternSize(name) : 1;
}

/** Units of work to hold a `/regex/` against one name. */
export function matchingCost(name: string): number {
  return 1 + patternSize(name) / 20;
}
