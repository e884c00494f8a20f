import type { GraphTask } from '@muster/model';
import { TASK } from '../executor-bed.testing';
import type { NodeTarget } from '../ports/node-port';
import { ansible } from './ansible';
import { ParameterWrong } from './parameter';

const node = (name: string, more: Partial<NodeTarget> = {}): NodeTarget => ({
  ...{ name, address: `${name}.example`, port: 22, user: 'root', become: 'none', hostKey: `SHA256:${name}` },
  ...{ identity: `PRIVATE ${name}`, stateDir: '/s', jumps: [] },
  ...more,
});
const task: GraphTask = { ...TASK, type: 'ansible', parameters: { playbook: '/site.yml' } };

function compiled(jumps: readonly NodeTarget[]): { script: string; files: ReadonlyMap<string, string> } {
  const it = { task, parameters: task.parameters, noop: false, master: null, node: node('n1', { jumps }) };
  const operation = ansible(it);
  if (operation.kind !== 'command') throw new Error('it is no command');
  const text = (content: object) => Buffer.from('base64' in content ? String(content.base64) : '', 'base64').toString();
  return {
    script: operation.script,
    files: new Map(operation.files.map(({ path, content }) => [path, text(content)])),
  };
}

describe('a playbook for a node behind others', () => {
  it('has each of them by its own login, key and host key, one through the other', () => {
    const { script, files } = compiled([
      node('j1', { user: 'al$', port: 2222 }),
      node('j2', { address: '2001:db8::1' }),
    ]);
    const hosts = (files.get('jumps.in') ?? '').split('Host muster-jump-').slice(1);
    expect(hosts[0]).toContain('HostName "j1.example"\n  Port 2222\n  User "al$"\n  IdentityFile "@DIR@/jump-0.key"');
    expect(hosts[0]).not.toContain('ProxyJump');
    expect(hosts[1]).toContain('HostName "2001:db8::1"');
    expect(hosts[1]).toContain('ProxyJump muster-jump-0');
    for (const host of hosts) expect(host).toContain('StrictHostKeyChecking yes');
    expect([files.get('jump-0.key'), files.get('jump-1.key')]).toEqual(['PRIVATE j1', 'PRIVATE j2']);
    expect(script).toContain("pin 'SHA256:j1' jump-0.hosts muster-jump-0");
    expect(script).toContain("pin 'SHA256:j2' jump-1.hosts muster-jump-1");
    expect(script).toContain("'-o' 'ProxyJump=muster-jump-1' -- 'n1.example'");
    expect(script).not.toContain('PRIVATE');
  });

  it('needs none of it where it is reached at once', () => {
    const { script, files } = compiled([]);
    expect([script.includes('ProxyJump'), files.get('jumps.in')?.includes('Host')]).toEqual([false, false]);
  });

  it.each<Partial<NodeTarget>>([
    { address: 'x"\n  ProxyCommand touch injected' },
    { address: '-oProxyCommand=touch' },
    { address: '$(touch injected)' },
    { user: 'a"\nLocalCommand touch injected' },
    { user: '-oProxyCommand=x' },
    { port: 22.5 },
  ])('is refused where what leads there would be more than a word: %j', (wrong) => {
    expect(() => compiled([node('j1', wrong)])).toThrow(ParameterWrong);
  });
});
