import type { Duplex } from 'node:stream';

/**
 * From now on what is written to `stream` within one turn goes out with one system call at its end: a packet is written in three
 * pieces otherwise, and each costs as much as the whole. Order and back pressure stay what they are.
 */
export function gatherWrites(stream: Duplex): void {
  const write = stream.write.bind(stream) as (...given: unknown[]) => boolean;
  let gathers = false;
  const flush = (): void => {
    gathers = false;
    stream.uncork();
  };
  stream.write = (...given: unknown[]) => {
    if (!gathers) {
      gathers = true;
      stream.cork();
      process.nextTick(flush);
    }
    return write(...given);
  };
}
