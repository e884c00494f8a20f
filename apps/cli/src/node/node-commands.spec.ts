import { FakePlanner } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';

let planner: FakePlanner;
beforeEach(async () => {
  planner = await FakePlanner.start();
});
afterEach(() => planner.close());

const run = (line: string, cwd?: string) =>
  muster(line, { env: { MUSTER_SERVER: planner.url }, ...(cwd === undefined ? {} : { cwd, home: cwd }) });
const sent = () => JSON.parse(planner.seen.at(-1)?.body ?? '') as unknown;

describe('registering nodes from a file', () => {
  it('sends the list as it is and says what became of each', async () => {
    planner.answer('POST /nodes', {
      nodes: [],
      changes: [
        { node: 'a', created: true, changed: [] },
        { node: 'b', created: false, changed: ['port', 'user'] },
        { node: 'c', created: false, changed: [] },
      ],
      acceptedHostKeys: [{ node: 'a', hostKey: 'SHA256:x' }],
    });
    const folder = temporaryFolder({
      'nodes.yaml': '- { name: a, address: 192.0.2.1, labels: [rack] }\n- { name: b, port: many }\n- { name: c }\n',
    });
    const { code, out, err } = await run('node register -f nodes.yaml --accept-host-keys', folder);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'node a is registered\nnode b is registered, and changed: port, user\nnode c is registered, and unchanged\n',
    });
    expect(err).toContain('accepted the host key of node a');
    expect(sent()).toEqual({
      nodes: [{ name: 'a', address: '192.0.2.1', labels: ['rack'] }, { name: 'b', port: 'many' }, { name: 'c' }],
      acceptHostKeys: true,
    });
  });

  it.each(['nodes: 5', '[a, b]', '{', '- &a {name: a}\n- *a'])('refuses what is no list of nodes: %j', async (text) => {
    const { code, err } = await run('node register -f nodes.yaml', temporaryFolder({ 'nodes.yaml': text }));
    expect(code).toBe(1);
    expect(err).toContain('nodes.yaml');
    expect(planner.seen).toEqual([]);
  });
});

describe('the states of nodes', () => {
  it.each(['retire', 'restore', 'reset'])('are changed by %s, with a reason', async (verb) => {
    planner.answer(`POST /nodes/a/${verb}`, { name: 'a', state: 'enrolled' });
    expect(await run(`node ${verb} a --reason because`)).toMatchObject({ code: 0, out: 'node a is enrolled\n' });
    expect(sent()).toEqual({ reason: 'because' });
  });

  it('are told with what led to them', async () => {
    planner.answer('GET /nodes/a/history', {
      items: [
        {
          at: '2026-01-01T00:00:00.000Z',
          kind: 'state',
          from: 'deploying',
          to: 'ready',
          who: 'ada',
          transaction: 't1',
          data: {},
        },
      ],
      next: null,
    });
    expect((await run('node history a')).out).toMatch(/state +deploying +ready +ada +t1/);
  });
});

describe('inspecting nodes', () => {
  const of = (state: string, endedAt: string | null) => ({
    inspection: 'i1',
    who: 'ada',
    why: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    endedAt,
    counts: {
      waiting: 0,
      running: endedAt === null ? 2 : 0,
      succeeded: endedAt === null ? 0 : 1,
      failed: endedAt === null ? 0 : 1,
    },
    nodes: [
      { node: 'a', state, attempts: 1, problems: [], endedAt },
      {
        node: 'b',
        state: endedAt === null ? state : 'failed',
        attempts: 3,
        problems: endedAt === null ? [] : [{ summary: 'Nobody answers.' }],
        endedAt,
      },
    ],
  });

  it('waits for several, shows what came of each, and fails where one failed', async () => {
    planner.answer('POST /inspections', of('running', null), 202);
    planner.answer('GET /inspections/i1', of('succeeded', '2026-01-01T00:00:01.000Z'));
    const { code, out, err } = await run('node inspect a b --reason look');
    expect(code).toBe(3);
    expect(out).toMatch(/^a +succeeded +1[^]*^b +failed +3 +Nobody answers\.$/m);
    expect(err).toContain('inspection i1 of 2 nodes');
    expect(JSON.parse(planner.seen[0]?.body ?? '')).toEqual({ nodes: ['a', 'b'], reason: 'look' });
    expect(await run('node inspect --all --no-wait')).toMatchObject({ code: 0, out: 'i1\n' });
    expect(sent()).toEqual({});
    expect((await run('node inspect')).code).toBe(1);
    expect((await run('node inspect a --all')).code).toBe(1);
  });

  it('shows all that one says, and what kept it from saying it', async () => {
    const shown = { node: 'a', hostKey: 'SHA256:x', accepted: 'SHA256:x', matches: true };
    planner.answer('POST /nodes/a/inspect', { ...shown, facts: { cpus: 4 }, problems: [] });
    const told = await run('node inspect a');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out).toContain('cpus: 4');
    const problems = [
      { code: 'NODE_LOGIN_REFUSED', severity: 'error', subject: 'node a', summary: 'No.', remedy: 'Ask.' },
    ];
    planner.answer('POST /nodes/a/inspect', { ...shown, facts: null, problems });
    expect(await run('node inspect a')).toMatchObject({
      code: 3,
      err: expect.stringContaining('LOGIN_REFUSED') as string,
    });
  });

  it('accepts a key, and lists by what it is told', async () => {
    planner.answer('PUT /nodes/a/host-key', { name: 'a', hostKey: 'SHA256:x' });
    expect((await run('node accept-key a SHA256:x --replace')).code).toBe(0);
    expect(sent()).toEqual({ hostKey: 'SHA256:x', replace: true });
    planner.answer('GET /nodes', { items: [], next: null });
    await run('node list --state ready,error --free --offline --label rack --text 192.0');
    expect(planner.seen.at(-1)?.url).toBe(
      '/api/v1/nodes?label=rack&cluster=&text=192.0&state=ready%2Cerror&online=false&limit=200',
    );
    expect((await run('node list --free --cluster c')).code).toBe(1);
  });
});

describe('profiles', () => {
  it('are set, matched and given', async () => {
    const profile = { name: 'big', rules: ['cpus>=4', 'label=rack'], description: null, changedAt: '' };
    planner.answer('PUT /profiles/big', profile);
    expect((await run('profile set big --rule cpus>=4 --rule label=rack')).out).toBe(
      'profile big: cpus>=4, label=rack\n',
    );
    expect(sent()).toEqual({ rules: ['cpus>=4', 'label=rack'] });
    planner.answer('GET /profiles/big/match', { nodes: [{ node: 'a', cluster: false, misfits: ['cpus>=4 (is 2)'] }] });
    expect((await run('profile match big')).out).toMatch(/a +no +no +cpus>=4 \(is 2\)/);
    planner.answer('PUT /nodes/a/profile', { name: 'a', profile: null });
    expect((await run('profile give a')).out).toBe('node a has no profile\n');
    expect(sent()).toEqual({ profile: null });
  });

  it('tell by the exit code whether a cluster has what it needs', async () => {
    const role = {
      role: 'web',
      profile: 'big',
      needed: 3,
      assigned: 2,
      has: 2,
      missing: 1,
      misfits: [],
      candidates: ['m1'],
    };
    planner.answer('GET /clusters/c/match', { matches: false, roles: [role] });
    const { code, out } = await run('cluster match c');
    expect(code).toBe(3);
    expect(out).toMatch(/web +big +3 +2 +1 +m1/);
  });
});

describe('discovering machines', () => {
  const machine = (address: string, node: string | null) => ({
    ...{ address, node, port: 22 },
    ...{ hostKey: `SHA256:${address}`, greeting: 'SSH-2.0-\u001b[31mx' },
  });

  it('shows them, and registers those that are no nodes when it is told to', async () => {
    planner.answer('POST /discoveries', {
      looked: 254,
      machines: [machine('10.0.0.3', 'a'), machine('10.0.0.4', null)],
    });
    const shown = await run('node discover 10.0.0.0/24 --port 22');
    expect(shown.err).toContain('2 of 254 addresses answered, 1 are no nodes');
    expect(shown.out).toMatch(/10\.0\.0\.4 +22 +-/);
    expect(shown.out).not.toContain('\u001b');
    expect(sent()).toEqual({ range: '10.0.0.0/24', port: 22 });
    const changes = [{ node: 'rack-10-0-0-4', created: true, changed: [] }];
    planner.answer('POST /nodes', { nodes: [], changes, acceptedHostKeys: [] });
    const registered = await run('node discover 10.0.0.0/24 --register rack- --user deploy');
    expect(registered.out).toBe('node rack-10-0-0-4 is registered\n');
    expect(sent()).toMatchObject({
      nodes: [{ name: 'rack-10-0-0-4', address: '10.0.0.4', port: 22, hostKey: 'SHA256:10.0.0.4', user: 'deploy' }],
    });
  });
});

describe('the driver of a node', () => {
  const shown = {
    node: 'a',
    own: null,
    effective: { type: 'ssh-existing' },
    origin: 'default',
    actions: [],
    etag: 'x',
  };

  it('is shown, taken away, and given from a file whose secrets are read here', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) planner.answer(`${method} /nodes/a/driver`, shown);
    expect((await run('node driver a')).out).toContain('origin: default');
    expect((await run('node driver a --clear')).code).toBe(0);
    expect(planner.seen.at(-1)?.method).toBe('DELETE');
    const folder = temporaryFolder({
      'bmc.pass': 'opensesame\n',
      'driver.yaml':
        'type: commands\nsettings: { bmc: 192.0.2.201 }\nsecrets: { user: admin }\nsecretFiles: { password: bmc.pass }\n',
    });
    const { code, out, err } = await run('node driver a -f driver.yaml', folder);
    expect([code, `${out}${err}`.includes('opensesame')]).toEqual([0, false]);
    expect(sent()).toEqual({
      type: 'commands',
      settings: { bmc: '192.0.2.201' },
      secrets: { user: 'admin', password: 'opensesame' },
    });
  });

  it.each([
    ['driver.yaml', '[1]'],
    ['driver.yaml', 'secretFiles: 5'],
    ['driver.yaml', 'secretFiles: { a: 5 }'],
    ['driver.yaml', '{'],
    ['missing', 'type: commands\nsecretFiles: { password: missing }'],
  ])('is refused before anything is sent, naming %s: %j', async (named, text) => {
    const { code, err } = await run('node driver a -f driver.yaml', temporaryFolder({ 'driver.yaml': text }));
    expect([code, err.includes(named), planner.seen]).toEqual([1, true, []]);
    expect((await run('node driver a -f driver.yaml --clear')).code).toBe(1);
  });

  it('switches it, and tells whether it is on', async () => {
    planner.answer('POST /nodes/a/power', (body: string) => ({
      ...{ node: 'a', action: (JSON.parse(body) as { action: string }).action, power: 'off', output: '' },
    }));
    expect(await run('node power a status')).toMatchObject({ code: 0, out: 'node a is off\n' });
    const cycled = await run('node power a cycle --on ctl --force --reason stuck');
    expect(cycled).toMatchObject({ code: 0, out: 'node a: power cycle\n' });
    expect(sent()).toEqual({ action: 'cycle', on: 'ctl', force: true, reason: 'stuck' });
    expect((await run('node power a explode')).code).toBe(1);
    expect(JSON.parse((await run('node power a status -o json')).out)).toMatchObject({ power: 'off' });
    planner.refuse('POST /nodes/a/power', 409, 'NODE_IN_TRANSACTION');
    expect((await run('node power a off')).code).toBe(8);
  });
});
