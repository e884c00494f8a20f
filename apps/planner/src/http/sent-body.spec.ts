import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Request } from 'express';
import { sentBody } from './sent-body';

describe('the body of a request', () => {
  const requestOf = (sender: PassThrough, complete: boolean) =>
    Object.assign(sender, { complete }) as unknown as Request;

  it.each(['before it is read', 'while it is read'])('fails when its sender goes %s', async (when) => {
    const sender = new PassThrough();
    sender.write('half');
    if (when === 'before it is read') {
      sender.destroy();
      await once(sender, 'close');
    }
    const body = sentBody(requestOf(sender, false));
    // Whoever reads it may come late.
    await new Promise((resolve) => setImmediate(resolve));
    if (when === 'while it is read') setImmediate(() => sender.destroy());
    await expect(text(body)).rejects.toThrow('the sender has gone');
  });

  it('is all of what was sent', async () => {
    const sender = new PassThrough();
    sender.end('whole');
    expect(await text(sentBody(requestOf(sender, true)))).toBe('whole');
  });
});
