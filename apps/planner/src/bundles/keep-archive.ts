import { PassThrough, Readable } from 'node:stream';
import type { ArtifactStore } from '@muster/storage';

/** An archive as it was sent, stored. */
export interface KeptArchive {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly gzipped: boolean;
}

/**
 * Stores a body as it passes by: `body` is to be read to its end, `kept` then tells where it is. When reading is given
 * up, nothing is stored and `kept` gives null. Holds one chunk at a time, whichever side is slower.
 */
export function keepArchive(
  sent: Readable,
  artifacts: ArtifactStore,
): { readonly body: Readable; readonly kept: Promise<KeptArchive | null> } {
  const copy = new PassThrough();
  let start = Buffer.alloc(0);
  async function* passing(): AsyncGenerator<Buffer> {
    let isWhole = false;
    try {
      for await (const chunk of sent as AsyncIterable<Buffer>) {
        if (start.length < 2) start = Buffer.concat([start, chunk.subarray(0, 2)]);
        // A store that failed reads no more; that it failed is told by `kept`.
        if (!copy.destroyed && !copy.write(chunk)) await roomIn(copy);
        yield chunk;
      }
      isWhole = true;
    } finally {
      if (isWhole) copy.end();
      else copy.destroy(new Unfinished());
    }
  }
  const kept = artifacts.put(copy).then(
    ({ digest, size }) => ({ digest, size, gzipped: start[0] === 0x1f && start[1] === 0x8b }),
    (error: unknown) => {
      if (error instanceof Unfinished) return null;
      throw error;
    },
  );
  // Looked at once the body was read; a failure before that is no unhandled one.
  kept.catch(() => undefined);
  return { body: Readable.from(passing(), { objectMode: false }), kept };
}

/** Until the stream takes more, or never will. */
function roomIn(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

class Unfinished extends Error {}
