import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from '@muster/testkit';
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
- { id: badly, type: puppet, role: [worker], requires: [broken], onFailure: skip, parameters: { puppet_manifest: manifests/badly.pp } }
- id: counted
  type: upload_file
  role: [worker]
  requires: [badly]
  parameters: { path: COUNTED, data: { output: { task: apply, field: changed } } }
- { id: boot, type: reboot, role: [worker], requires: [counted], timeout: 60, parameters: {} }
- { id: after, type: shell, role: [worker], requires: [boot], parameters: { cmd: 'cat /proc/sys/kernel/random/boot_id' } }
`;

/** `on` and `to` are folders on the master node and the worker. */
const copies = (on: string, to: string, address: string): string => `
- id: serve
  type: shell
  role: [master]
  parameters:
    cmd: |
      cd ${on}
      mkdir -p src/deep
      echo one > src/a
      echo two > src/deep/b
      chmod 750 src/a
      printf '[src]\\npath = ${on}/src\\nuse chroot = no\\nread only = yes\\n${isRoot() ? 'uid = 0\\ngid = 0\\n' : ''}' > rsync.conf
      rsync --daemon --config=rsync.conf --port=8730 --address=${address}
- id: copied
  type: copy_files
  role: [worker]
  cross-depends: [{ name: serve, role: master }]
  parameters: { files: [{ src: ${on}/src, dst: ${to}/copied }, { src: 'rsync://${address}:8730/src/a', dst: ${to}/one }] }
- id: synced
  type: sync
  role: [worker]
  requires: [copied]
  parameters: { src: ${on}/src/, dst: ${to}/synced }
- id: rsynced
  type: sync
  role: [worker]
  requires: [synced]
  parameters: { src: 'rsync://${address}:8730/src/', dst: ${to}/rsynced }
`;

describe('task types on a real host', () => {
  let bed: ProductionBed;
  beforeAll(async () => {
    bed = await ProductionBed.open(2, 1);
    const [host, control] = bed.hosts.hosts;
    await bed.publish('types', {
      'release.yaml': 'name: types\nversion: 1.0.0\nroles: { worker: {} }\n',
      'tasks.yaml': tasks.replace('COUNTED', join(host?.dataDir ?? '', 'counted')),
      'graphs/copies/tasks.yaml': copies(control?.dataDir ?? '', host?.dataDir ?? '', control?.address ?? ''),
      'graphs/broken/tasks.yaml': '- { id: gone, type: sync, role: [worker], parameters: { src: /none, dst: /never } }',
      'files/manifests/site.pp': 'include greeting\n',
      'files/manifests/badly.pp': 'file { /x: ensure => \n',
      'files/manifests/broken.pp': 'file { "/nonexistent/folder/file": ensure => file }\n',
      'files/modules/greeting/manifests/init.pp': `class greeting { file { '${join(host?.dataDir ?? '', 'greeting')}': content => "hello\\n" } }\n`,
    });
    await bed.apply('types', 'types@1.0.0', { host1: ['worker'], host2: ['control'] }, { master: 'host2' });
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
    const told = (task: string): unknown => graphs[0]?.tasks[`${task}@host1`]?.summary;
    expect(told('apply')).toMatch(/^1 of \d+ resources changed, 0 failed, 1 out of sync$/);
    expect(told('broken')).toMatch(
      /^0 of \d+ resources changed, 1 failed, .*File\[\/nonexistent\/folder\/file\]: .*No such file/,
    );
    expect(graphs[0]?.tasks['broken@host1']).toMatchObject({ exitCode: 4 });
    expect(graphs[0]?.tasks['badly@host1']).toMatchObject({ exitCode: 1, summary: null });
    expect(readFileSync(join(host?.dataDir ?? '', 'counted'), 'utf8')).toBe('1');
    expect(await bed.logs(transaction, 'broken@host1')).toMatch(/nonexistent/);
    expect(existsSync('/nonexistent/folder/file')).toBe(false);
    // A host in name only cannot reboot: then the task fails, and says so.
    if (reboots) {
      expect(states).toMatchObject({ boot: 'succeeded', after: 'succeeded' });
      expect([state, host?.boots]).toEqual(['succeeded-with-skips', 2]);
    } else expect(state).toBe('failed');
  });

  it('copies and syncs from the master node and by rsync, and tells in noop what differs', async () => {
    const [host, control] = bed.hosts.hosts;
    const data = host?.dataDir ?? '';
    const { transaction } = await musterJson<{ transaction: string }>(
      ['deploy', 'types', '--graph', 'copies'],
      bed.env,
    );
    const copied = await bed.end(transaction);
    expect(Object.entries(copied.graphs[0]?.tasks ?? {}).map(([task, it]) => [task, it.state, it.reason])).toEqual(
      ['copied@host1', 'rsynced@host1', 'serve@master', 'synced@host1'].map((task) => [task, 'succeeded', null]),
    );
    expect(readFileSync(join(data, 'copied/deep/b'), 'utf8')).toBe('two\n');
    expect(statSync(join(data, 'copied/a')).mode & 0o777).toBe(0o750);
    for (const name of ['synced', 'rsynced']) expect(readdirSync(join(data, name)).sort()).toEqual(['a', 'deep']);
    expect(readFileSync(join(data, 'one'), 'utf8')).toBe('one\n');
    writeFileSync(join(control?.dataDir ?? '', 'src/deep/b'), 'three\n');
    const noop = await musterJson<{ transaction: string }>(['deploy', 'types', '--graph', 'copies', '--noop'], bed.env);
    const { state, graphs } = await bed.end(noop.transaction);
    expect([state, graphs[0]?.tasks['serve@master']]).toEqual([
      'succeeded',
      expect.objectContaining({
        state: 'skipped',
        attempts: 0,
        reason: expect.stringContaining('Unknown in noop') as string,
      }),
    ]);
    for (const [task, text] of [
      ['copied', `would change ${join(data, 'copied/deep/b')}`],
      ['synced', `would change ${join(data, 'synced')}`],
      ['rsynced', `would change ${join(data, 'rsynced')}`],
    ])
      expect(await bed.logs(noop.transaction, `${task}@host1`)).toContain(text);
    expect(readFileSync(join(data, 'rsynced/deep/b'), 'utf8')).toBe('two\n');
  });

  it('says which path of the master node cannot be read', async () => {
    const { transaction } = await musterJson<{ transaction: string }>(
      ['deploy', 'types', '--graph', 'broken'],
      bed.env,
    );
    const { graphs } = await bed.end(transaction);
    expect(graphs[0]?.tasks['gone@host1']?.reason).toMatch(/NODE_SOURCE_UNREADABLE.*\/none.*host2/);
  });

  it('shows with --noop what Puppet would change, and runs nothing else', async () => {
    writeFileSync(join(bed.hosts.hosts[0]?.dataDir ?? '', 'greeting'), 'changed by hand');
    const { transaction } = await musterJson<{ transaction: string }>(
      ['deploy', 'types', '--noop', '--tasks', 'listen,apply'],
      bed.env,
    );
    const { graphs } = await bed.end(transaction);
    const { state, summary } = graphs[0]?.tasks['apply@host1'] ?? {};
    expect([state, summary]).toEqual(['succeeded', expect.stringMatching(/^1 of \d+ resources would change$/)]);
    expect(readFileSync(join(bed.hosts.hosts[0]?.dataDir ?? '', 'greeting'), 'utf8')).toBe('changed by hand');
    expect(graphs[0]?.tasks['listen@host1']).toMatchObject({ state: 'skipped', attempts: 0 });
  });
});
