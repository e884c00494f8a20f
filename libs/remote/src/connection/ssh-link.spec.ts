import { PassThrough } from 'node:stream';
import type { NodeTarget } from '@muster/execution';
import { openLink, type SshLink } from './ssh-link';

describe('a connection through a jump node', () => {
  it('that opens after nobody waits for it any more is closed, so that the jump node keeps none', async () => {
    const late = new PassThrough();
    let opens: (stream: PassThrough) => void = () => undefined;
    const via: Partial<SshLink> = { forward: () => new Promise<PassThrough>((resolve) => (opens = resolve)) };
    const target: Partial<NodeTarget> = { name: 'n1', address: '10.0.0.1', port: 22, hostKey: 'SHA256:x' };
    const answer = await openLink(target as NodeTarget, via as SshLink, 20);
    expect(answer).toMatchObject({ kind: 'unreachable', detail: expect.stringContaining('no answer within 20 ms') });
    const closed = new Promise((resolve) => late.once('close', resolve));
    opens(late);
    await closed;
    expect(late.destroyed).toBe(true);
  });
});
