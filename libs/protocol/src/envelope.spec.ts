import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { messageKind, readMessage } from './envelope';

const kind = messageKind('test.kind', 2, z.object({ count: z.int() }));
const envelope = {
  id: randomUUID(),
  schema: 'test.kind',
  version: 2,
  sentAt: '2026-01-01T00:00:00.000Z',
  body: { count: 1 },
};

const refusal = (hurt: object): string => {
  const read = readMessage(kind, { ...envelope, ...hurt });
  return read.ok ? 'read' : read.reason;
};

describe('reading a message', () => {
  it('gives id and body', () => {
    expect(readMessage(kind, envelope)).toEqual({ ok: true, id: envelope.id, body: { count: 1 } });
  });

  it('reads its own version and older ones, and says which newer one it does not know', () => {
    expect(refusal({ version: 1 })).toBe('read');
    expect(refusal({ version: 3 })).toBe('version 3 of test.kind is newer than 2, which is known here');
    expect(refusal({ version: 0 })).toContain('version');
  });

  it('ignores fields that a later version added', () => {
    expect(refusal({ later: true, body: { count: 1, later: true } })).toBe('read');
  });

  it('refuses another kind, a body that does not fit, and says where', () => {
    expect(refusal({ schema: 'test.other' })).toBe('schema is test.other, expected test.kind');
    expect(refusal({ body: { count: 'one' } })).toMatch(/^invalid test\.kind: count: /);
    expect(refusal({ body: null })).toMatch(/^invalid test\.kind: \(whole\): /);
  });

  it('refuses what is no envelope', () => {
    expect(refusal({ id: 'not-a-uuid' })).toMatch(/^not a message envelope: id: /);
    for (const nothing of [null, undefined, 7, 'text', [], {}])
      expect(readMessage(kind, nothing)).toMatchObject({ ok: false, reason: expect.stringContaining('envelope') });
  });

  it('names at most five faults, however many there are', () => {
    const many = messageKind(
      'test.many',
      1,
      z.object(Object.fromEntries('abcdefgh'.split('').map((key) => [key, z.int()]))),
    );
    const read = readMessage(many, { ...envelope, schema: 'test.many', version: 1, body: {} });
    expect(read.ok || read.reason.split('; ')).toHaveLength(5);
  });
});
