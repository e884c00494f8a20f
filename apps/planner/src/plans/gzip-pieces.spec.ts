import { gunzipSync } from 'node:zlib';
import { gzipPieces } from './gzip-pieces';

describe('a text that is gzipped in pieces', () => {
  it.each([
    ['nothing', []],
    ['one piece', ['Ein Stück']],
    ['many pieces of many members', Array.from({ length: 40 }, (_, at) => `${at} ${'é'.repeat(99_999)}\n`)],
  ])('is the whole text again: %s', (_, pieces) => {
    const packed = gzipPieces(pieces);
    if (pieces.length > 0) expect(gunzipSync(packed).toString()).toBe(pieces.join(''));
    expect(packed.length).toBeLessThan(50_000);
  });
});
