import { readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterClient } from '@muster/client';
import { EmbeddedNode, type EmbeddedNodeAddress, makeKeyPair } from '@muster/remote';
import { type PrivateFolder, privateFolder } from '@muster/testkit';
import { memoryIo } from './memory-io.testing';
import { runCli } from './run-cli';
import { ServerProcess } from './server-process.testing';
import { temporaryFolder } from './temporary-folder.testing';

const tasks = `
- { id: hello, type: shell, role: [x], parameters: { cmd: 'echo hello; echo oops >&2' } }
- { id: gate, type: shell, role: [x], requires: [hello], timeout: 60, parameters: { cmd: 'until [ -e "$HOME/open" ]; do sleep 0.05; done' } }
- { id: last, type: shell, role: [x], requires: [gate], parameters: { cmd: 'exit $(cat "$HOME/code")' } }
`;

const files = {
  'release.yaml': 'name: r\nversion: 1.0.0\nsequences: { all: [tuning, default] }\n',
  'tasks.yaml': tasks,
  'graphs/tuning/tasks.yaml': `
- { id: clock, type: shell, role: [x], inputs: { ntp_servers: { yaql_exp: $.ntp_servers } }, parameters: { cmd: 'echo clock >> "$HOME/done"' } }
- { id: login, type: shell, role: [x], requires: [clock], inputs: { banner: { yaql_exp: $.banner } }, parameters: { cmd: 'echo login >> "$HOME/done"; exit $(cat "$HOME/code")' } }
`,
};

describe('the command line and a real server', () => {
  const identity = makeKeyPair('muster-test');
  let folder: PrivateFolder;
  let server: ServerProcess;
  let node: EmbeddedNode;
  let address: EmbeddedNodeAddress;
  let url = '';
  let writeCluster: (settings: string) => void;

  const on = (file: string) => join(folder.path, 'node', file);
  async function run(line: string, more: { token?: string; stopAt?: (text: string) => boolean } = {}) {
    const env = {
      MUSTER_SERVER: url,
      MUSTER_DATA_DIR: join(folder.path, 'data'),
      ...(more.token ? { MUSTER_TOKEN: more.token } : {}),
    };
    const io = memoryIo({ env, cwd: folder.path });
    const ended = runCli(line.split(' '), io);
    if (more.stopAt) {
      let over = false;
      void ended.then(() => (over = true));
      while (!over && !more.stopAt(io.stdout.text + io.stderr.text))
        await new Promise((resolve) => setTimeout(resolve, 10));
      io.interrupt();
    }
    return { code: await ended, out: io.stdout.text, err: io.stderr.text };
  }
  const json = async (line: string) => JSON.parse((await run(`${line} -o json`)).out) as Record<string, unknown>;

  beforeAll(async () => {
    folder = await privateFolder('cli');
    node = new EmbeddedNode({ folder: join(folder.path, 'node'), name: 'n1', authorizedKeys: [identity.public] });
    address = await node.start();
    server = await ServerProcess.start('server', { MUSTER_DATA_DIR: join(folder.path, 'data'), MUSTER_HTTP_PORT: '0' });
    url = server.ready.url ?? '';
    writeFileSync(join(folder.path, 'id'), identity.private, { mode: 0o600 });
    const access = `{ address: 127.0.0.1, port: ${address.port}, user: muster, identityFile: ./id, stateDir: ${on('state')}, roles: [x] }`;
    writeCluster = (settings) =>
      writeFileSync(
        join(folder.path, 'cluster.yaml'),
        `cluster: c\nrelease: r@1.0.0\nsettings: ${settings}\nnodes:\n  n1: ${access}\n`,
      );
    writeCluster('{ ntp_servers: [a, b], banner: hello }');
  }, 120_000);
  afterAll(async () => {
    const code = await server?.stop();
    await node?.stop();
    await folder?.remove();
    expect(code).toBe(0);
  }, 60_000);

  it('keeps the token for its user only, and wants it', async () => {
    expect(statSync(join(folder.path, 'data')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder.path, 'data', 'admin-token')).mode & 0o777).toBe(0o600);
    expect(await run('node list', { token: 'not-the-token-of-this-server' })).toMatchObject({ code: 8 });
    expect(await run('node list')).toMatchObject({ code: 0 });
  });

  it('publishes a release once, and refuses other content under its name', async () => {
    const release = temporaryFolder(files);
    expect(await run(`release publish ${release}`)).toMatchObject({ code: 0, err: '' });
    expect(await run(`release publish ${release}`)).toMatchObject({ code: 0 });
    const other = temporaryFolder({ 'release.yaml': 'name: r\nversion: 1.0.0\ntitle: other\n', 'tasks.yaml': tasks });
    expect(await run(`release publish ${other}`)).toMatchObject({
      code: 8,
      err: expect.stringContaining('BUNDLE_EXISTS') as string,
    });
    expect((await run('release list')).out).toMatch(/^r +1\.0\.0/m);
  });

  it('refuses an unknown host key with its fingerprint, accepts it when told to, and knows an unchanged cluster', async () => {
    const refused = await run('cluster apply -f cluster.yaml');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining(address.hostKey) as string });
    expect(await json('cluster apply -f cluster.yaml --accept-host-keys')).toMatchObject({
      cluster: 'c',
      revision: 1,
      changed: true,
    });
    expect(await json('cluster apply -f cluster.yaml')).toMatchObject({ cluster: 'c', revision: 1, changed: false });
    expect((await run('cluster export c')).out).toContain(`hostKey: ${address.hostKey}`);
    expect((await run('node inspect n1')).out).toContain('matches: true');
  });

  it('plans as offline, but for the digest', async () => {
    const online = await json('plan c');
    expect(online).toMatchObject({
      cluster: 'c',
      graphType: 'default',
      criticalPath: ['hello@n1', 'gate@n1', 'last@n1'],
    });
    const release = temporaryFolder(files);
    const offline = await json(`plan --offline --bundle ${release} --cluster-file cluster.yaml`);
    // The planner's may say more; what the contract names is the same.
    expect(online).toMatchObject({ ...offline, digest: expect.any(String) as string });
    expect(await run(`deploy c --plan sha256:${'0'.repeat(64)}`)).toMatchObject({ code: 8 });
  });

  it('deploys, detaches at Ctrl-C, explains, comes back, and tells the outcome', async () => {
    writeFileSync(on('code'), '0');
    const detached = await run('deploy c --wait --reason because', {
      stopAt: (text) => text.includes('gate@n1 running'),
    });
    expect(detached.code).toBe(6);
    const transaction = /muster watch (\S+)/.exec(detached.err)?.[1] ?? '';
    expect(await json(`why ${transaction} last@n1`)).toMatchObject({
      task: 'last@n1',
      state: 'waiting',
      reasons: [
        { code: 'dependency', holders: ['gate@n1'] },
        { code: 'node-busy', holders: ['gate@n1'] },
      ],
    });
    expect(await run(`watch ${transaction} --timeout 0.2`)).toMatchObject({ code: 6 });
    expect(await run('deploy c')).toMatchObject({ code: 8 });
    const following = run(`logs ${transaction} last@n1 -f`);
    writeFileSync(on('open'), '');
    expect(await run(`watch ${transaction}`)).toMatchObject({
      code: 0,
      err: expect.stringContaining('[3/3] last@n1 succeeded') as string,
    });
    expect(await following).toMatchObject({ code: 0 });
    expect(await json(`status ${transaction}`)).toMatchObject({
      transaction,
      cluster: 'c',
      state: 'succeeded',
      why: 'because',
      graphs: [{ type: 'default', tasks: { 'hello@n1': { state: 'succeeded', attempts: 1, exitCode: 0 } } }],
    });
    const chunks = (await run(`logs ${transaction} hello@n1 -o json`)).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(chunks).toEqual(
      expect.arrayContaining([
        { attempt: 1, offset: 0, stream: 'stdout', text: 'hello\n' },
        { attempt: 1, offset: 0, stream: 'stderr', text: 'oops\n' },
      ]),
    );
  }, 60_000);

  it('tells a failed task by its exit code', async () => {
    writeFileSync(on('code'), '7');
    const { code, out, err } = await run('deploy c --wait');
    expect({ code, out }).toEqual({ code: 3, out: expect.stringContaining('failed') as string });
    expect(err).toMatch(/failed {2}last@n1: .*7/);
  }, 60_000);

  it('leaves out what did not change since it succeeded, and says why the rest runs', async () => {
    const done = () => readFileSync(on('done'), 'utf8').trim().split('\n');
    const reasons = async () => {
      const { tasks: planned } = (await json('plan c --graph tuning')) as {
        tasks: { task: string; action: string; reason: { text: string } }[];
      };
      return planned.map(({ task, action, reason }) => `${action} ${task}: ${reason.text}`);
    };
    const isNew = 'No earlier success on this node is known.';
    expect(await reasons()).toEqual([`run clock@n1: ${isNew}`, `run login@n1: ${isNew}`]);
    const first = (await json('plan c --graph tuning'))['digest'] as string;

    // `code` is still 7: one task fails, and runs again.
    writeFileSync(on('code'), '7');
    expect(await run('deploy c --graph tuning --wait')).toMatchObject({ code: 3 });
    const unchanged = 'Nothing changed since it last succeeded on this node.';
    expect(await reasons()).toEqual([`skip clock@n1: ${unchanged}`, `run login@n1: ${isNew}`]);
    const stale = await run(`deploy c --graph tuning --plan ${first}`);
    expect(stale).toMatchObject({
      code: 8,
      err: expect.stringContaining('changed: clock@n1 (action: Nothing') as string,
    });
    writeFileSync(on('code'), '0');
    expect(await run('deploy c --graph tuning --wait')).toMatchObject({ code: 0 });
    expect(done()).toEqual(['clock', 'login', 'login']);

    expect(await reasons()).toEqual([`skip clock@n1: ${unchanged}`, `skip login@n1: ${unchanged}`]);
    const nothing = await run('deploy c --graph tuning --wait -o json');
    expect(nothing.code).toBe(0);
    expect(JSON.parse(nothing.out.trim().split('\n').at(-1) ?? '')).toMatchObject({ state: 'succeeded' });
    expect(done()).toEqual(['clock', 'login', 'login']);

    writeCluster('{ ntp_servers: [a, b, c], banner: hello }');
    expect(await run('cluster apply -f cluster.yaml')).toMatchObject({ code: 0 });
    const because = 'Input ntp_servers changed: 2 -> 3 values';
    expect(await reasons()).toEqual([`run clock@n1: ${because}`, `skip login@n1: ${unchanged}`]);
    const compared = await run(`plan c --graph tuning --compare ${first} --detailed-exitcode`);
    expect(compared).toMatchObject({ code: 2, out: expect.stringMatching(/login@n1 +changed +action/) as string });
    expect(await run('deploy c --graph tuning --wait')).toMatchObject({ code: 0 });
    expect(done()).toEqual(['clock', 'login', 'login', 'clock']);
  }, 60_000);

  it('plans and deploys the graphs of a sequence, or a part of one', async () => {
    writeFileSync(on('code'), '0');
    const { later } = (await json('plan c --sequence all')) as { later: { graphType: string }[] };
    expect(later.map(({ graphType }) => graphType)).toEqual(['default']);
    expect(await run('plan c --sequence al')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Did you mean `all`?') as string,
    });
    const { transaction } = (await json('deploy c --sequence all --subgraph hello:hello')) as { transaction?: string };
    expect(transaction).toBeUndefined();
    const whole = (await json('deploy c --sequence all')) as { transaction: string };
    expect(await run(`watch ${whole.transaction}`)).toMatchObject({ code: 0 });
    const { graphs } = (await json(`status ${whole.transaction}`)) as { graphs: { type: string; state: string }[] };
    expect(graphs.map(({ type, state }) => `${type} ${state}`)).toEqual(['tuning succeeded', 'default succeeded']);
    const part = (await json('deploy c --subgraph hello:hello')) as { transaction: string };
    expect(await run(`watch ${part.transaction}`)).toMatchObject({ code: 0 });
    expect(await json(`status ${part.transaction}`)).toMatchObject({
      graphs: [{ tasks: { 'hello@n1': { state: 'succeeded' }, 'gate@n1': { state: 'skipped' } } }],
    });
  }, 60_000);

  it('pauses, resumes and cancels', async () => {
    writeFileSync(on('code'), '0');
    // The gate is closed again: something has to run for the verbs to bite.
    unlinkSync(on('open'));
    const { transaction } = (await json('deploy c')) as { transaction: string };
    const state = async () => (await json(`status ${transaction}`))['state'];
    const until = async (wanted: string) => {
      while ((await state()) !== wanted) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await until('running');
    expect(await run(`pause ${transaction}`)).toMatchObject({ code: 0 });
    await until('paused');
    expect(await run(`watch ${transaction} --timeout 0.1`)).toMatchObject({ code: 6 });
    expect(await run(`resume ${transaction}`)).toMatchObject({ code: 0 });
    await until('running');
    const { revision } = await json('cluster show c');
    const held = await run('cluster unset c nodes.n1');
    expect([held.code, held.err]).toEqual([8, expect.stringContaining('NODE_IN_TRANSACTION')]);
    expect(held.err).toContain(transaction);
    expect(await json('cluster show c')).toMatchObject({ revision });
    expect(await run(`cancel ${transaction} --reason enough`)).toMatchObject({ code: 0 });
    expect(await run(`watch ${transaction}`)).toMatchObject({ code: 5 });
    expect(await run(`pause ${transaction}`)).toMatchObject({
      code: 8,
      err: expect.stringContaining('CONTROL_NOT_POSSIBLE') as string,
    });
  }, 60_000);

  it('changes nothing where a part of a write is wrong, of which everything is told', async () => {
    const before = await json('cluster show c');
    const refused = await run(
      'cluster set c settings.banner=other nodes.n1.port=99999999 nodes.n1.user=-oProxyCommand=x',
    );
    expect(refused).toMatchObject({ code: 1, out: '' });
    for (const field of ['port', 'user']) expect([field, refused.err]).toEqual([field, expect.stringContaining(field)]);
    expect(await json('cluster show c')).toEqual(before);
    // That part alone would have been taken.
    expect((await run('cluster set c settings.banner=other')).code).toBe(0);
  });

  it('puts the reason of every write on record, with who asked', async () => {
    const writes = [
      'token create ci --role viewer',
      'token rotate ci',
      'token role ci operator',
      'token revoke ci',
      'pool set licences 2',
      'pool remove licences',
      'webhook add hook --url https://8.8.8.8/hook --kinds pool.set',
      'webhook disable hook',
      'webhook remove hook',
      'release retire r@1.0.0',
      'release restore r@1.0.0',
      `node add spare --address 192.0.2.77 --host-key SHA256:${'7'.repeat(43)}`,
      'node retire spare',
      'node remove spare',
      'cluster set c settings.banner=changed',
      'cluster rollback c 1',
      'preset save c-preset --from c',
      'preset delete c-preset',
      'project create blue',
      'project archive blue',
    ];
    for (const [index, write] of writes.entries()) {
      const { code, err } = await run(`${write} --reason because-${index}`);
      expect([write, code, code === 0 ? '' : err]).toEqual([write, 0, '']);
    }
    const items = (await json('audit --all --limit 100')) as unknown as {
      who: string;
      what: string;
      why: string | null;
    }[];
    const told = items.filter(({ why }) => why?.startsWith('because-')).reverse();
    expect(told.map(({ why, who }) => `${why} ${who}`)).toEqual(writes.map((_, index) => `because-${index} admin`));
    expect(new Set(told.map(({ what }) => what)).size).toBe(writes.length);
  }, 120_000);

  it('writes a cluster to a file, and brings it back with all its revisions after it was deleted', async () => {
    const revisions = () => json('cluster revisions c');
    const before = await revisions();
    expect((await run('cluster archive c -f kept.tar.gz')).code).toBe(0);
    expect(await run('cluster import kept.tar.gz')).toMatchObject({
      code: 8,
      err: expect.stringContaining('CLUSTER_EXISTS'),
    });
    expect((await run('cluster delete c --keep')).code).toBe(0);
    expect(await run('cluster import kept.tar.gz')).toMatchObject({
      code: 0,
      out: expect.stringContaining('cluster c'),
    });
    expect(before).toMatchObject({ head: 5, live: 2 });
    // Whether it is deployed nobody knows by the file.
    expect(await revisions()).toEqual({ ...before, live: null });
  });

  it('asks only for routes that the server describes', async () => {
    const token = readFileSync(join(folder.path, 'data', 'admin-token'), 'utf8').trim();
    const { paths } = (await new MusterClient({ server: url, token }).openapi()) as {
      paths: Record<string, Record<string, object>>;
    };
    const known = new Set(
      Object.entries(paths).flatMap(([path, verbs]) =>
        Object.keys(verbs).map((verb) => `${verb} ${path.replace(/\{[^}]+\}/g, '{}')}`),
      ),
    );
    const used = ['releases', 'plugins']
      .flatMap((it) => [`post /api/v1/${it}`, `get /api/v1/${it}`, `get /api/v1/${it}/{}/{}`])
      .concat([
        'put /api/v1/clusters/{}',
        'get /api/v1/clusters',
        'get /api/v1/clusters/{}',
        'delete /api/v1/clusters/{}',
        'get /api/v1/clusters/{}/export',
        'get /api/v1/clusters/{}/revisions',
        'get /api/v1/clusters/{}/revisions/{}',
        'post /api/v1/clusters/{}/plans',
        'get /api/v1/clusters/{}/plans/{}',
        'post /api/v1/nodes',
        'get /api/v1/nodes',
        'get /api/v1/nodes/{}',
        'delete /api/v1/nodes/{}',
        'post /api/v1/nodes/{}/adopt',
        'post /api/v1/nodes/{}/inspect',
        'post /api/v1/transactions',
        'get /api/v1/transactions',
        'get /api/v1/transactions/{}',
        'post /api/v1/transactions/{}/controls',
        'get /api/v1/transactions/{}/tasks/{}/why',
        'get /api/v1/transactions/{}/tasks/{}/output',
        'get /api/v1/events',
        'get /health/ready',
      ]);
    expect(used.filter((it) => !known.has(it))).toEqual([]);
  });

  it('never logged the token or a key', () => {
    const token = readFileSync(join(folder.path, 'data', 'admin-token'), 'utf8').trim();
    expect(server.logText).not.toContain(token);
    expect(server.logText).not.toContain(identity.private.split('\n')[1]);
    expect(
      server.logText
        .trim()
        .split('\n')
        .every((line) => line.startsWith('{')),
    ).toBe(true);
  });
});
