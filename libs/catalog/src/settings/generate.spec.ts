import type { Json, JsonObject } from '@muster/model';
import { fillGenerated, generatedPaths, generateValue, readGenerate } from './generate';

let seed = 7;
/** Not random, and different each time. */
const random = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, () => (seed = (seed * 1103515245 + 12345) % 2147483648) >> 16);

describe('generated values', () => {
  it.each<[Json, RegExp]>([
    [true, /^[A-Za-z0-9]{32}$/],
    ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    [{ type: 'hex', bytes: 8 }, /^[0-9a-f]{16}$/],
    [{ type: 'base64', bytes: 32 }, /^[A-Za-z0-9+/]{43}=$/],
    [{ type: 'password', length: 9, characters: '0123456789' }, /^[0-9]{9}$/],
  ])('of %j look as they should', (written, shape) => {
    const rule = readGenerate(written);
    expect(rule && generateValue(rule, random)).toMatch(shape);
  });

  it.each([8, 9, 10, 11, 31])('are the base64 of %d bytes', (bytes) => {
    const sample = random(bytes);
    expect(generateValue({ type: 'base64', bytes }, () => sample)).toBe(Buffer.from(sample).toString('base64'));
  });

  it.each<Json>([
    false,
    null,
    'pin',
    { type: 'password', length: 7 },
    { type: 'password', characters: 'abcabcabcabc' },
    { type: 'password', characters: 'abc' },
    { type: 'hex', length: 8 },
    { type: 'uuid', bytes: 16 },
    { type: 'password', lenght: 20 },
    { length: 20 },
  ])('cannot be made by %j', (written) => {
    expect(readGenerate(written)).toBeNull();
  });

  const schema: JsonObject = {
    properties: {
      token: { $ref: '#/$defs/token' },
      db: { type: 'object', properties: { key: { generate: true }, name: { default: 'x' } }, required: ['name'] },
      mail: { type: 'object', properties: { key: { generate: true }, host: {} }, required: ['host'] },
    },
    $defs: { token: { generate: 'uuid', secret: true } },
  };

  it('are made where there are none, not for a group that would lack something', () => {
    expect(generatedPaths(schema)).toEqual([['token'], ['db', 'key'], ['mail', 'key']]);
    const filled = fillGenerated(schema, {}, { under: {}, before: null, random });
    expect(filled).toEqual({ token: expect.any(String), db: { key: expect.any(String) } });
    const withMail = fillGenerated(schema, { mail: { host: 'h' } }, { under: {}, before: null, random });
    expect(withMail['mail']).toEqual({ host: 'h', key: expect.any(String) });
  });

  it('stay as given, as below, as before', () => {
    const before = { token: 'old', db: { key: 'older' } };
    const filled = fillGenerated(schema, { token: 'given' }, { under: {}, before, random });
    expect(filled).toEqual({ token: 'given', db: { key: 'older' } });
    expect(fillGenerated(schema, {}, { under: before, before: null, random })).toEqual({});
  });
});
