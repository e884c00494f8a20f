import { BulkReader } from './bulk-reader';

describe('bytes asked for by number', () => {
  it('come in the order of asking, however they arrive', () => {
    const reader = new BulkReader();
    const got: string[] = [];
    reader.push(Buffer.from('ab'));
    reader.take(3, (bytes) => got.push(bytes.toString()));
    reader.take(0, (bytes) => got.push(bytes.toString()));
    reader.take(2, (bytes) => got.push(bytes.toString()));
    expect(got).toEqual([]);
    reader.push(Buffer.from('cdef'));
    expect(got).toEqual(['abc', '', 'de']);
    reader.take(1, (bytes) => got.push(bytes.toString()));
    expect(got.at(-1)).toBe('f');
  });
});
