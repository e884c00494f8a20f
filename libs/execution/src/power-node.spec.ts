import type { SealedSecret, SecretBox } from '@muster/model';
import type { NodeTarget } from './ports/node-port';
import type { ShellAnswer } from './ports/node-shell';
import { powerNode } from './power-node';

const SEALED = { $sealed: { v: 1, key: 'k', wrapped: '', data: '', fingerprint: 'f' } } as const satisfies SealedSecret;
const box = { open: () => ({ reveal: () => 'opensesame' }) } as unknown as SecretBox;
const node = { name: 'n1', address: '192.0.2.1', port: 22, user: 'root', hostKey: 'SHA256:x' };
const carrier = { ...node, name: 'ctl' } as NodeTarget;
const commands = { 'power-status': 'x', 'power-on': 'x' };
const driver = { type: 'commands', commands, settings: { password: { ...SEALED } } };

async function ask(answer: ShellAnswer, action: 'on' | 'off' | 'cycle' | 'status', described: object = driver) {
  const ran: unknown[] = [];
  const run = async (on: NodeTarget, operation: unknown): Promise<ShellAnswer> => {
    ran.push([on.name, operation]);
    return answer;
  };
  const question = { node, carrier, driver: { ...described }, action };
  return { told: await powerNode({ shell: { run }, box }, question), ran };
}

const exited = (code: number | null, stdout: string, stderr = ''): ShellAnswer => ({
  ...{ kind: 'exited', code, stdout, stderr },
});

describe('the power of a node', () => {
  it.each([
    ['Chassis Power is on\n', 'on'],
    ['on was asked; it is OFF', 'off'],
    ['online', null],
    ['', null],
  ])('is what the last word says: %j is %s', async (stdout, power) => {
    expect((await ask(exited(0, stdout), 'status')).told).toMatchObject({ power });
  });

  it('is told without the secrets that the driver was given, on the machine that carries it', async () => {
    const { told, ran } = await ask(exited(0, 'logged in with opensesame'), 'on');
    expect(told).toEqual({ power: null, output: 'logged in with <secret>' });
    expect(ran).toMatchObject([
      ['ctl', { files: [{}, { path: 'settings/password', content: { base64: 'b3BlbnNlc2FtZQ==' } }] }],
    ]);
  });

  it.each<[ShellAnswer, string]>([
    [exited(3, 'out', 'no opensesame '), 'power-on on ctl ended with code 3'],
    [exited(124, ''), 'power-on on ctl took longer than 60 s'],
    [exited(null, ''), 'power-on on ctl was cut off'],
    [{ kind: 'unreachable', detail: 'x' }, 'ctl is not reached'],
    [{ kind: 'refused', code: 'NODE_LOGIN_REFUSED', detail: 'x' }, 'ctl refuses it'],
  ])('says what went wrong: %j', async (answer, summary) => {
    const { told } = await ask(answer, 'on');
    expect(told).toMatchObject({ problems: [{ code: 'NODE_POWER_FAILED', subject: 'node n1', summary }] });
    expect(JSON.stringify(told)).not.toContain('opensesame');
  });

  it('is not asked for by drivers that cannot', async () => {
    const cannot = { problems: [{ code: 'NODE_DRIVER_CANNOT' }] };
    for (const [described, action] of [
      [driver, 'off'],
      [{ type: 'ssh-existing' }, 'off'],
      [{ type: 'redfish' }, 'on'],
      [{ ...driver, settings: { '../x': 'y' } }, 'on'],
    ] as const) {
      const { told, ran } = await ask(exited(0, ''), action, described);
      expect([told, ran]).toMatchObject([cannot, []]);
    }
  });

  it('may end the connection where the machine boots', async () => {
    const { told, ran } = await ask(exited(null, ''), 'cycle', { type: 'ssh-existing' });
    expect([told, ran]).toEqual([{ power: null, output: '' }, [['ctl', { kind: 'reboot' }]]]);
  });
});
