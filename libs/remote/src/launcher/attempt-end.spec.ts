import { parseOutputs, resultOf } from './attempt-end';

const SIZES = { stdout: 1, stderr: 2 };

describe('the end of an attempt', () => {
  it.each([
    ['0', { kind: 'exited', code: 0, sizes: SIZES }],
    ['128', { kind: 'exited', code: 128, sizes: SIZES }],
    ['137', { kind: 'signalled', signal: 'KILL', sizes: SIZES }],
    ['143', { kind: 'signalled', signal: 'TERM', sizes: SIZES }],
    ['192', { kind: 'exited', code: 192, sizes: SIZES }],
    ['255', { kind: 'exited', code: 255, sizes: SIZES }],
    ['cancelled', { kind: 'cancelled', confirmed: true }],
    ['0x', { kind: 'lost', detail: expect.any(String) as string }],
    ['', { kind: 'lost', detail: expect.any(String) as string }],
    ['-', { kind: 'lost', detail: expect.any(String) as string }],
  ])('recorded as %s', (code, result) => {
    expect(resultOf(code, SIZES)).toEqual(result);
  });

  it('takes outputs that are a JSON object, with nothing of its prototype', () => {
    const parsed = parseOutputs(Buffer.from('{"a": [1], "__proto__": {"polluted": true}}'));
    expect('outputs' in parsed && Object.keys(parsed.outputs)).toEqual(['a', '__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    [Buffer.from([0x22, 0xff, 0x22])],
    [Buffer.from('[1]')],
    [Buffer.from('null')],
    [Buffer.alloc(65_537, 0x20)],
  ])('leaves out anything else, with a note', (bytes) => {
    expect(parseOutputs(bytes)).toHaveProperty('note');
  });
});
