import type { GreetAnswer } from '@muster/execution';
import { createServer, type Server } from 'node:net';
import { arch, cpus, hostname, release, totalmem } from 'node:os';
import { embeddedBed, type NodeBed } from '../testing/node-bed.testing';
import { sshdBed } from '../testing/sshd-bed.testing';
import { SshNodeInspector } from './ssh-node-inspector';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

describe.each([
  ['a real sshd', sshdBed],
  ['an embedded node', embeddedBed],
])('inspecting %s', (_, makeBed) => {
  const inspector = new SshNodeInspector({ answerTimeoutMs: 60_000 });
  let bed: NodeBed;
  beforeAll(async () => {
    bed = await makeBed();
  });
  afterAll(() => bed.close());

  it('tells what the machine is', async () => {
    const answer = await inspector.inspect(bed.target);
    expect(answer).toMatchObject({
      kind: 'inspected',
      facts: {
        hostname: hostname(),
        kernel: release(),
        arch: ARCHITECTURES[arch()] ?? expect.any(String),
        cpus: cpus().length,
        bootId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        programs: { flock: '', setsid: '' },
      },
    });
    if (answer.kind !== 'inspected') return;
    expect(Math.abs((answer.facts.memoryMiB ?? 0) - totalmem() / 1024 / 1024)).toBeLessThan(2);
    expect(answer.facts.os.id).toEqual(expect.any(String));
    expect(Object.keys(answer.facts.programs).sort()).toEqual(['flock', 'puppet', 'python3', 'setsid', 'sudo']);
  }, 60_000);

  it('refuses another host key before it logs in, and a login that is refused', async () => {
    const other = await inspector.inspect({ ...bed.target, hostKey: `SHA256:${'A'.repeat(43)}` });
    expect(other).toMatchObject({ kind: 'refused', code: 'NODE_HOST_KEY_CHANGED' });
    const stranger = await inspector.inspect({ ...bed.target, user: 'nobody-there' });
    expect(stranger).toMatchObject({ kind: 'refused', code: 'NODE_LOGIN_REFUSED' });
  }, 60_000);

  it('goes through a jump node, and says where the way breaks', async () => {
    const through = { ...bed.target, name: 'n2', jumps: [{ ...bed.target, name: 'n1' }] };
    expect(await inspector.inspect(through)).toMatchObject({ kind: 'inspected' });
    const broken = await inspector.inspect({
      ...through,
      jumps: [{ ...bed.target, name: 'n1', hostKey: `SHA256:${'A'.repeat(43)}` }],
    });
    expect(broken).toMatchObject({ kind: 'refused', detail: expect.stringContaining('jump node n1') as string });
  }, 60_000);

  it('greets it without logging in', async () => {
    const { address, port, hostKey } = bed.target;
    const ssh = { kind: 'ssh', hostKey, greeting: expect.stringMatching(/^SSH-2\.0-/) as string };
    expect(await inspector.greet([{ address, port }], 10_000, [])).toMatchObject([ssh]);
    const jump = { ...bed.target, name: 'n1' };
    const behind = [{ address, port: 1 }, ...Array.from({ length: 12 }, () => ({ address, port }))];
    const [silent, ...others] = (await inspector.greet(behind, 10_000, [jump])) as GreetAnswer[];
    expect([silent?.kind, others]).toMatchObject(['silent', Array.from({ length: 12 }, () => ssh)]);
    const broken = { ...jump, hostKey: `SHA256:${'A'.repeat(43)}` };
    expect(await inspector.greet(behind, 10_000, [broken])).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('jump node n1') as string,
    });
  }, 60_000);
});

describe('greeting what is no SSH server', () => {
  const inspector = new SshNodeInspector();
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));
  async function listen(say: string | null): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (say !== null) socket.end(say);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as { port: number }).port;
  }

  it('ends in time, whatever it says', async () => {
    for (const say of ['HTTP/1.1 400 Bad Request\r\n\r\n', 'SSH-2.0-\u001b[31m', '\0'.repeat(100_000), null]) {
      const asked = [{ address: '127.0.0.1', port: await listen(say) }];
      expect(await inspector.greet(asked, 1000, [])).toMatchObject([{ kind: 'silent' }]);
    }
    expect(await inspector.greet([{ address: '127.0.0.1', port: 1 }], 1000, [])).toMatchObject([{ kind: 'silent' }]);
  }, 60_000);
});
