import { PackedText } from './packed-text';

async function answered(pieces: readonly string[]): Promise<{ text: string; length: number | undefined }> {
  const packed = new PackedText();
  for (const piece of pieces) await packed.add(piece);
  const answer = await packed.answer();
  const parts: Buffer[] = [];
  for await (const part of answer.getStream()) parts.push(part as Buffer);
  return { text: Buffer.concat(parts).toString(), length: answer.getHeaders().length };
}

describe('a text that is kept packed', () => {
  it.each([
    ['nothing', []],
    ['a little', ['{"a":', '"ä€😀"', '}']],
    [
      'much, in pieces of any size',
      Array.from({ length: 300 }, (_, index) => `${index} ä€ `.repeat(1 + (index % 7) * 700)),
    ],
    ['as much as is packed at once', ['x'.repeat(1024 * 1024)]],
  ])('gives %s as it was, and says how long it is', async (_, pieces) => {
    const { text, length } = await answered(pieces);
    expect(text === pieces.join('')).toBe(true);
    expect(length).toBe(Buffer.byteLength(pieces.join('')));
  });
});
