import { storableJson, storableText, textFault } from './storable-text';

describe('text that can be kept', () => {
  it.each([
    ['a\0b', 'holds a NUL character', 'a\ufffdb'],
    ['\ud83d', 'holds half of a surrogate pair, which is no character', '\ufffd'],
    ['x\ude00y', 'holds half of a surrogate pair, which is no character', 'x\ufffdy'],
    ['\0\ud83d', 'holds a NUL character', '\ufffd\ufffd'],
  ])('is told from what cannot: %j', (text, fault, kept) => {
    expect(textFault(text)).toBe(fault);
    expect(storableText(text)).toBe(kept);
    expect(JSON.parse(storableJson({ [text]: [text] }))).toEqual({ [kept]: [kept] });
  });

  it.each(['', 'grün 😀 €', '\u0001\u001f\n"\\', '\\u0000', '\\\\u0000', '\\\\\\ud83d', '\ufffd'])(
    'stays as it is: %j',
    (text) => {
      expect(textFault(text)).toBeNull();
      expect(storableText(text)).toBe(text);
      expect(JSON.parse(storableJson({ [text]: [text] }))).toEqual({ [text]: [text] });
    },
  );

  it('may stand behind a backslash', () => {
    expect(JSON.parse(storableJson('\\\0'))).toBe('\\\ufffd');
    expect(JSON.parse(storableJson('\\\\\ud800u0000'))).toBe('\\\\\ufffdu0000');
  });
});
