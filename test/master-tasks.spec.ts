import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TransactionStatus } from '@muster/client';
import { waitUntil } from '@muster/testkit';
import { Client } from 'pg';
import { musterJson } from './bed/muster';
import { ProductionBed } from './bed/production-bed';

jest.setTimeout(240_000);

const playbook = (to: string): string => `
- hosts: all
  gather_facts: false
  tasks:
    - copy: { content: "{{ greeting }}", dest: ${to}/played }
    - command: "true"
      changed_when: false
`;

const tasks = (on: string): string => `
- id: play
  type: ansible
  role: [worker]
  parameters: { playbook: play/site.yml, vars: { greeting: "it's $(touch injected) \\"hello\\"" } }
- id: fails
  type: ansible
  role: [worker]
  requires: [play]
  onFailure: skip
  parameters: { playbook: play/fails.yml }
- id: nobody
  type: ansible
  role: [worker]
  requires: [fails]
  onFailure: skip
  parameters: { playbook: play/nobody.yml }
- id: ask
  type: master_shell
  role: [worker]
  requires: [nobody]
  parameters: { cmd: 'echo "$MUSTER_NODE at $MUSTER_NODE_ADDRESS" > ${on}/asked', env: { A: b } }
`;

const machines = `
- { id: erase, type: erase_node, role: [worker], onFailure: skip }
- { id: make, type: provision, role: [worker], requires: [erase], parameters: { image: debian } }
- { id: boot, type: move_to_bootstrap, role: [worker], requires: [make], onFailure: skip }
`;

describe('what the master node does for other nodes', () => {
  let bed: ProductionBed;
  let on: string;
  let to: string;
  const roles = { host1: ['worker'], host2: ['control'] };

  beforeAll(async () => {
    bed = await ProductionBed.open(2, 1);
    [to = '', on = ''] = bed.hosts.hosts.map(({ dataDir }) => dataDir);
    await bed.publish('types', {
      'release.yaml': 'name: types\nversion: 1.0.0\nroles: { worker: {} }\n',
      'tasks.yaml': tasks(on),
      'graphs/machines/tasks.yaml': machines,
      'graphs/remake/tasks.yaml': `
- { id: make, type: provision, role: [worker], parameters: { image: debian } }
- { id: first, type: shell, role: [worker], requires: [make], parameters: { cmd: 'echo first >> ${to}/lives' } }
`,
      'graphs/after/tasks.yaml': `- { id: second, type: shell, role: [worker], parameters: { cmd: 'echo second >> ${to}/lives' } }\n`,
      'files/play/site.yml': playbook(to),
      'files/play/fails.yml': '- hosts: all\n  gather_facts: false\n  tasks: [{ command: "false" }]\n',
      'files/play/nobody.yml': '- hosts: others\n  gather_facts: false\n  tasks: [{ command: "true" }]\n',
    });
  });
  afterAll(() => bed?.close());

  async function run(...options: string[]): Promise<TransactionStatus & { readonly id: string }> {
    const { transaction } = await musterJson<{ transaction: string }>(['deploy', 'types', ...options], bed.env);
    return { ...(await bed.end(transaction)), id: transaction };
  }
  const task = ({ graphs }: TransactionStatus, name: string) => graphs[0]?.tasks[`${name}@host1`];

  it('is refused what the cluster does not allow, before anything runs', async () => {
    await bed.apply('types', 'types@1.0.0', roles, { master: 'host2' });
    const { code, stderr } = await bed.muster(['deploy', 'types']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/DEPLOY_TYPE_NOT_ALLOWED.*master_shell[^]*allow/)]);
    expect(existsSync(join(to, 'played'))).toBe(false);
  });

  it('shows in noop what a playbook would change', async () => {
    const status = await run('--noop', '--tasks', 'play');
    expect(task(status, 'play')).toMatchObject({
      state: 'succeeded',
      summary: '1 of 1 steps would change something, 0 failed',
    });
    expect(existsSync(join(to, 'played'))).toBe(false);
  });

  it('runs playbooks for one node with its own login, and commands that know the node', async () => {
    await bed.apply('types', 'types@1.0.0', roles, { master: 'host2', allow: ['master_shell'] });
    const status = await run();
    const logs = await bed.logs(status.id, 'play@host1');
    expect([task(status, 'play'), logs]).toEqual([
      expect.objectContaining({ state: 'succeeded', summary: '1 of 2 steps changed something, 0 failed' }),
      expect.stringContaining('PLAY RECAP'),
    ]);
    expect(readFileSync(join(to, 'played'), 'utf8')).toBe('it\'s $(touch injected) "hello"');
    expect(task(status, 'fails')).toMatchObject({
      state: 'skipped',
      exitCode: 2,
      summary: expect.stringContaining('1 failed') as string,
    });
    expect(task(status, 'nobody')).toMatchObject({ state: 'skipped', exitCode: 1 });
    const { address } = bed.hosts.hosts[0] ?? { address: '' };
    expect(readFileSync(join(on, 'asked'), 'utf8')).toBe(`host1 at ${address}\n`);
    expect(existsSync(join(to, 'asked'))).toBe(on === to);
    // The node's private key went with the run.
    const state = bed.hosts.hosts[1]?.stateDir ?? '';
    const left = readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('/key'));
    expect(left).toEqual([]);
  });

  it('reaches a node through its jump node: playbooks, adopting, looking at it and at what is beside it', async () => {
    await bed.apply('types', 'types@1.0.0', roles, { master: 'host2', allow: ['master_shell'] });
    const [behind] = bed.hosts.hosts;
    if (behind === undefined) throw new Error('there is no host');
    const address = ['--address', behind.address, '--port', String(behind.port)];
    const moved = await bed.muster(['node', 'add', 'host1', ...address, '--jump', 'host2']);
    expect([moved.code, moved.stderr]).toEqual([0, '']);
    rmSync(join(to, 'played'));
    const status = await run('--tasks', 'play');
    const logs = await bed.logs(status.id, 'play@host1');
    expect([task(status, 'play')?.summary, logs]).toEqual([
      '1 of 2 steps changed something, 0 failed',
      expect.stringContaining('PLAY RECAP'),
    ]);
    expect(existsSync(join(to, 'played'))).toBe(true);
    const state = bed.hosts.hosts[1]?.stateDir ?? '';
    const left = readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('key'));
    expect(left).toEqual([]);
    expect((await bed.muster(['node', 'adopt', 'host1'])).code).toBe(0);
    const inspected = await musterJson<{ matches: boolean; facts: object | null }>(
      ['node', 'inspect', 'host1'],
      bed.env,
    );
    expect([inspected.matches, inspected.facts]).toEqual([true, expect.any(Object)]);
    const range = ['node', 'discover', behind.address, '--port', String(behind.port), '--allow-public'];
    const found = await musterJson<{ machines: object[] }>([...range, '--jump', 'host2'], bed.env);
    expect(found.machines).toMatchObject([{ address: behind.address, hostKey: behind.hostKey, node: 'host1' }]);
    // Whoever pretends to be the jump node gets nothing: neither the login nor the key of what is behind it.
    const twin = `SHA256:${'A'.repeat(43)}`;
    const client = new Client({ connectionString: bed.databaseUrl });
    await client.connect();
    await client.query("UPDATE planner.node SET host_key = $1 WHERE name = 'host2'", [twin]);
    expect((await bed.muster(['node', 'adopt', 'host1'])).stderr).toContain('jump node host2');
    await client.query("UPDATE planner.node SET host_key = $1, jump = NULL WHERE name = 'host2'", [
      bed.hosts.hosts[1]?.hostKey,
    ]);
    await client.query("UPDATE planner.node SET jump = NULL WHERE name = 'host1'");
    await client.end();
  });

  it('makes machines by the commands of the cluster, and says what it has no command for', async () => {
    const commands = {
      provision: `printf '%s %s %s' "$MUSTER_ACTION" "$MUSTER_NODE" "$(cat "$MUSTER_PARAMETERS")" > ${on}/made`,
      erase: `echo "$MUSTER_NODE_HOST_KEY" > ${on}/erased`,
    };
    await bed.apply('types', 'types@1.0.0', roles, { master: 'host2', driver: { type: 'commands', commands } });
    const status = await run('--graph', 'machines');
    expect(['erase', 'make', 'boot'].map((name) => task(status, name)?.state)).toEqual([
      'succeeded',
      'succeeded',
      'skipped',
    ]);
    expect(task(status, 'boot')?.reason).toMatch(/has no command for "bootstrap" \(it has provision, erase\)/);
    expect(readFileSync(join(on, 'made'), 'utf8')).toBe('provision host1 {"image":"debian"}');
    expect(readFileSync(join(on, 'erased'), 'utf8')).toBe(`${bed.hosts.hosts[0]?.hostKey ?? ''}\n`);
  });

  it('takes machines that are there as they are, and never erases them', async () => {
    await bed.apply('types', 'types@1.0.0', roles, { driver: { type: 'ssh-existing' } });
    const status = await run('--graph', 'machines');
    expect(['erase', 'make'].map((name) => task(status, name)?.state)).toEqual(['skipped', 'succeeded']);
    expect(task(status, 'erase')?.reason).toMatch(/ssh-existing cannot do "erase"/);
  });

  it('goes on with a machine that was made anew, by the host key that the driver told over its own connection', async () => {
    const [made] = bed.hosts.hosts;
    if (made === undefined) throw new Error('there is no host');
    const own = dirname(made.dataDir);
    // The files of all hosts are this machine's; that the new one boots is the test's to see to.
    const commands = {
      provision: `rm -f ${own}/host_key ${own}/host_key.pub && ssh-keygen -q -t ed25519 -N '' -f ${own}/host_key && : > ${own}/made
while [ ! -e ${own}/booted ]; do sleep 0.1; done
printf '{"hostKey": "%s"}' "$(ssh-keygen -lf ${own}/host_key.pub | cut -d' ' -f2)" > "$MUSTER_OUTPUT"`,
    };
    await bed.apply('types', 'types@1.0.0', roles, { master: 'host2', driver: { type: 'commands', commands } });
    const before = (await musterJson<{ hostKey: string }>(['node', 'show', 'host1'], bed.env)).hostKey;
    const options = ['--graph', 'remake', '--graph', 'after'];
    const { transaction } = await musterJson<{ transaction: string }>(['deploy', 'types', ...options], bed.env);
    await waitUntil('the host is made', () => existsSync(join(own, 'made')));
    await made.kill();
    await made.boot();
    writeFileSync(join(own, 'booted'), '');
    const { state, graphs } = await bed.end(transaction);
    expect([state, graphs.map((graph) => Object.values(graph.tasks).map((each) => each.state))]).toEqual([
      'succeeded',
      [['succeeded', 'succeeded'], ['succeeded']],
    ]);
    const shown = await musterJson<{ hostKey: string }>(['node', 'show', 'host1'], bed.env);
    expect([shown.hostKey === before, readFileSync(join(to, 'lives'), 'utf8')]).toEqual([false, 'first\nsecond\n']);
    const history = await musterJson<{ kind: string; transaction: string | null }[]>(
      ['node', 'history', 'host1'],
      bed.env,
    );
    expect(history.find(({ kind }) => kind === 'host-key')).toMatchObject({ transaction });
  });
});
