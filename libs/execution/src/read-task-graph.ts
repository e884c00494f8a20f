import type { TaskGraph } from '@muster/model';
import { unpackGraph } from '@muster/protocol';
import { NotReadNow } from './read-log';

/**
 * The graph, or a sentence saying why it cannot be read. `readGraph` fails with an Error on what is no packed graph; its
 * `NotReadNow` is passed on.
 */
export async function readTaskGraph(
  readGraph: (gzip: Uint8Array) => Promise<unknown>,
  gzip: Uint8Array,
): Promise<TaskGraph | string> {
  try {
    const read = unpackGraph(await readGraph(gzip));
    return read.ok ? read.graph : read.reason;
  } catch (error) {
    if (error instanceof NotReadNow) throw error;
    return `the graph cannot be read: ${error instanceof Error ? error.message : 'unknown'}`;
  }
}
