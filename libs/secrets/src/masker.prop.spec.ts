import fc from 'fast-check';
import { createMasker, MASKED_LENGTH_MIN } from './masker';

/** The plain way: look at everything at once. */
function maskedWhole(text: Buffer, values: readonly string[]): Buffer {
  const out = Buffer.from(text);
  for (const value of values) {
    const needle = Buffer.from(value);
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1))
      out.fill('*', at, at + needle.length);
  }
  return out;
}

function maskedInPieces(text: Buffer, values: readonly string[], cuts: readonly number[]): Buffer {
  const masker = createMasker(values);
  const out: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const to = Math.max(from, Math.min(cut, text.length));
    out.push(masker.push(text.subarray(from, to)));
    from = to;
  }
  out.push(masker.push(text.subarray(from)), masker.flush());
  return Buffer.concat(out);
}

// A small alphabet makes secrets overlap themselves, each other and the edges.
const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: MASKED_LENGTH_MIN, maxLength: 9 });

describe('a masker', () => {
  it('gives the same for every way to cut the stream, with every byte in its place', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 80 }),
        fc.array(letters, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(80), { maxLength: 8 }),
        (text, values, cuts) => {
          const bytes = Buffer.from(text);
          expect(maskedInPieces(bytes, values, cuts).toString()).toBe(maskedWhole(bytes, values).toString());
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('masks a secret that arrives byte by byte', () => {
    const text = Buffer.from('before s3cr3t-ü after');
    const cuts = Array.from({ length: text.length }, (_, index) => index);
    expect(maskedInPieces(text, ['s3cr3t-ü'], cuts).toString()).toBe('before ********* after');
  });

  it('masks each line of a value of several lines', () => {
    const key = '-----BEGIN KEY-----\nabcdefgh\r\nijklmnop\n-----END KEY-----\n';
    const out = maskedInPieces(Buffer.from('x\n  ijklmnop\ny abcdefgh'), [key], [3, 7]).toString();
    expect(out).toBe('x\n  ********\ny ********');
  });

  it('lets everything through at once when there is nothing to mask', () => {
    const masker = createMasker(['', 'abc']);
    expect(Buffer.from(masker.push(Buffer.from('abc'))).toString()).toBe('abc');
    expect(masker.flush()).toHaveLength(0);
  });

  it('holds back less than the longest secret', () => {
    const masker = createMasker(['0123456789']);
    expect(masker.push(Buffer.alloc(100, 'x'))).toHaveLength(91);
  });
});
