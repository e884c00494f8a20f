import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { JsonObject } from '@muster/model';

const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [...Buffer.from('"\\{}[]')];
/** Of what is in a list of the whole. */
const ITEM_DEPTH = 3;

/**
 * A task as a plan's JSON (gzipped) has it, null if it has none of that address. The plan is read piece by piece: of 100,000
 * tasks it is 27 MB, and several times that once it is parsed.
 */
export async function findPlanTask(json: Uint8Array, task: string): Promise<JsonObject | null> {
  const wanted = Buffer.from(`"task":${JSON.stringify(task)}`);
  const bytes = Readable.from([json]).pipe(createGunzip());
  try {
    for await (const item of itemsOf(bytes)) {
      if (!item.includes(wanted)) continue;
      const found = JSON.parse(item.toString()) as JsonObject;
      if (found['task'] === task) return found;
    }
    return null;
  } finally {
    bytes.destroy();
  }
}

/** The objects in the lists of an object, as their bytes. */
async function* itemsOf(json: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let depth = 0;
  let inText = false;
  let isEscaped = false;
  let before: Buffer[] = [];
  for await (const piece of json) {
    let from = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at];
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (byte === OPEN || byte === OPEN_LIST) {
        depth += 1;
        if (depth === ITEM_DEPTH) from = at;
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        depth -= 1;
        if (depth !== ITEM_DEPTH - 1) continue;
        const item = Buffer.concat([...before, piece.subarray(from, at + 1)]);
        before = [];
        if (byte === CLOSE) yield item;
      }
    }
    if (depth >= ITEM_DEPTH) before.push(piece.subarray(from));
  }
}
