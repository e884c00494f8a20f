import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProductionBed } from './bed/production-bed';
import { musterJson } from './bed/muster';

jest.setTimeout(240_000);

const tasks = `
- { id: listen, type: shell, role: [worker], parameters: { cmd: 'node -e "require(\\"http\\").createServer((q,s)=>s.end(\\"hello\\")).listen(8123)" </dev/null >/dev/null 2>&1 & echo $! > ~/pid' } }
- { id: port, type: wait-for, role: [worker], requires: [listen], timeout: 30, parameters: { port: 8123, interval: 0.2 } }
- { id: http, type: wait-for, role: [worker], requires: [port], timeout: 30, parameters: { http: 'http://127.0.0.1:8123/', interval: 0.2 } }
- { id: cmd, type: wait-for, role: [worker], requires: [http], timeout: 30, parameters: { cmd: 'test -s ~/pid', interval: 0.2 } }
- { id: close, type: shell, role: [worker], requires: [cmd], parameters: { cmd: 'kill $(cat ~/pid)' } }
- { id: apply, type: puppet, role: [worker], requires: [close], parameters: { puppet_manifest: manifests/site.pp, puppet_modules: modules } }
- { id: broken, type: puppet, role: [worker], requires: [apply], onFailure: skip, parameters: { puppet_manifest: manifests/broken.pp, puppet_modules: modules } }
- { id: boot, type: reboot, role: [worker], requires: [broken], timeout: 60, parameters: {} }
- { id: after, type: shell, role: [worker], requires: [boot], parameters: { cmd: 'cat /proc/sys/kernel/random/boot_id' } }
`;

describe('task types on a real host', () => {
  let bed: ProductionBed;
  beforeAll(async () => {
    bed = await ProductionBed.open(1, 1);
    const [host] = bed.hosts.hosts;
    await bed.publish('types', {
      'release.yaml': 'name: types\nversion: 1.0.0\nroles: { worker: {} }\n',
      'tasks.yaml': tasks,
      'files/manifests/site.pp': 'include greeting\n',
      'files/manifests/broken.pp': 'file { "/nonexistent/folder/file": ensure => file }\n',
      'files/modules/greeting/manifests/init.pp': `class greeting { file { '${join(host?.dataDir ?? '', 'greeting')}': content => "hello\\n" } }\n`,
    });
    await bed.apply('types', 'types@1.0.0', { host1: ['worker'] });
  });
  afterAll(() => bed?.close());

  it('waits for ports, addresses and commands; applies Puppet; reboots and goes on', async () => {
    const [host] = bed.hosts.hosts;
    const { transaction } = await musterJson<{ transaction: string }>(['deploy', 'types'], bed.env);
    const { state, graphs } = await bed.end(transaction);
    const states = Object.fromEntries(
      Object.entries(graphs[0]?.tasks ?? {}).map(([task, it]) => [
        task.split('@')[0],
        it.state === 'succeeded' ? it.state : `${it.state}: ${String(it.reason)}`,
      ]),
    );
    const reboots = bed.hosts.kind === 'namespace';
    expect(states).toMatchObject({
      listen: 'succeeded',
      port: 'succeeded',
      http: 'succeeded',
      cmd: 'succeeded',
      apply: 'succeeded',
      broken: expect.stringContaining('skipped'),
    });
    expect(readFileSync(join(host?.dataDir ?? '', 'greeting'), 'utf8')).toBe('hello\n');
    expect((await bed.muster(['logs', transaction, 'broken@host1'])).stdout).toMatch(/nonexistent/);
    expect(existsSync('/nonexistent/folder/file')).toBe(false);
    // A host in name only cannot reboot: then the task fails, and says so.
    if (reboots) {
      expect(states).toMatchObject({ boot: 'succeeded', after: 'succeeded' });
      expect([state, host?.boots]).toEqual(['succeeded-with-skips', 2]);
    } else expect(state).toBe('failed');
  });

  it('shows with --noop what Puppet would change, and runs nothing else', async () => {
    const { transaction } = await musterJson<{ transaction: string }>(
      ['deploy', 'types', '--noop', '--tasks', 'listen,apply'],
      bed.env,
    );
    const { graphs } = await bed.end(transaction);
    expect(graphs[0]?.tasks['apply@host1']?.state).toBe('succeeded');
    expect((await bed.muster(['logs', transaction, 'listen@host1'])).stdout).toMatch(/^noop: shell cannot tell/);
  });
});
