import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** How long, in milliseconds, a line waits for a reader that does not keep up, unless the one before waited in vain. */
const PATIENCE = 100;
const NAP = 5;

/**
 * Where lines are written at once, so that one about the end of the process is not lost with it. A disk that is full and a reader that
 * is slow or gone do not end the program: lines that cannot be written are lost, and one that was written in part is completed first.
 * `onLost` hears how many were lost once a line could be written again. (pino's own destination ends the program, or keeps all
 * lines, or none ever again.)
 */
export function logDestination(fd: number, onLost: (lines: number) => void): DestinationStream {
  let torn: Buffer = Buffer.alloc(0);
  let lost = 0;

  /** What is left of the bytes. */
  function write(bytes: Buffer): Buffer {
    let rest = bytes;
    let naps = lost > 0 ? 0 : PATIENCE / NAP;
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(fd, rest));
      } catch (error) {
        if (!isBusy(error) || naps === 0) return rest;
        naps -= 1;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NAP);
      }
    }
    return rest;
  }

  return {
    write(line) {
      torn = write(torn);
      const bytes = Buffer.from(line);
      const rest = torn.length > 0 ? bytes : write(bytes);
      if (rest.length === bytes.length) {
        lost += 1;
        return;
      }
      torn = rest;
      if (torn.length > 0 || lost === 0) return;
      const lines = lost;
      lost = 0;
      onLost(lines);
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
}
