import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | null = null;

/**
 * Has the heap of this thread collected and compacted now, which V8 otherwise does when it has grown by half: for the moment before
 * something that takes much memory beside it. Cost: two milliseconds for each megabyte that is alive, during which this thread does nothing else.
 */
export function collectGarbage(): void {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  setFlagsFromString('--compact-on-every-full-gc');
  collect();
  // Pages that the first one emptied are given back by the second.
  collect();
  setFlagsFromString('--no-compact-on-every-full-gc');
}
