import { gzipSync } from 'node:zlib';

/** Characters that are packed at once. */
const AT_ONCE = 1024 * 1024;

/** A text that comes in pieces, in UTF-8 and gzipped, without it ever being there as a whole: as one member for each million of characters or so. */
export function gzipPieces(pieces: Iterable<string>): Uint8Array {
  const members: Uint8Array[] = [];
  let open: string[] = [];
  let length = 0;
  const close = (): void => {
    members.push(gzipSync(open.join('')));
    open = [];
    length = 0;
  };
  for (const piece of pieces) {
    open.push(piece);
    length += piece.length;
    if (length >= AT_ONCE) close();
  }
  if (open.length > 0) close();
  return Buffer.concat(members);
}
