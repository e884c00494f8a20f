import { SecretValue } from '@muster/model';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const codes = (body: { problems: { code: string }[] }) => body.problems.map((each) => each.code);
const C1 = '/api/v1/clusters/c1';

const RELEASE = {
  'release.yaml': `name: rich
version: 1.0.0
roles:
  web: { max: 3 }
settings:
  type: object
  required: [token]
  properties:
    port: { type: integer, default: 80 }
    motd: { type: string }
    old: { type: string, deprecated: true }
    region: { type: string, default: north, fixed: true }
    token: { type: string, secret: true, generate: { type: password, length: 20 } }
    id: { type: string, generate: uuid }
    password: { type: string, secret: true, minLength: 3 }
    db:
      type: object
      properties:
        name: { type: string, default: main }
        key: { type: string, secret: true, generate: { type: hex, bytes: 16 } }
    users:
      type: array
      items: { type: object, properties: { name: { type: string }, password: { type: string, secret: true } } }
options:
  storage:
    exclusive: true
    options:
      lvm: { default: true }
      ceph: { requires: [tls], settings: { motd: ceph } }
  security:
    options:
      tls: { title: Encrypted }
`,
  'tasks.yaml': `- { id: a, type: shell, role: [web], parameters: { cmd: echo a } }
- { id: t, type: shell, role: [web], condition: { yaql_exp: "$.options.tls" }, parameters: { cmd: echo t } }
`,
};
const PLUGIN = {
  'plugin.yaml':
    'name: extra\nversion: 1.0.0\nreleases: ["rich@*"]\nsettings: { type: object, properties: { extra: { type: integer, default: 7 } } }\n',
  'tasks.yaml': '[]\n',
};

const cluster = (settings: string, more = '') => `cluster: c1
release: rich@1.0.0
plugins: [extra@1.0.0]
settings: ${settings}
${more}
nodes:
  n1: { address: 192.0.2.1, roles: [web] }
  n2: { address: 192.0.2.2, roles: [web], settings: { port: 8080 } }
`;

describe('settings of a cluster', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    expectStatus(await planner.publish(RELEASE), 201);
    expectStatus(await planner.publish(PLUGIN, 'plugins'), 201);
  });
  beforeEach(async () => {
    planner.showHostKeys();
    await planner.clear();
  });
  afterAll(() => planner.close());

  const apply = async (settings = '{ password: abc }', more = '') => {
    const applied = await planner.apply(cluster(settings, more));
    expectStatus(applied, 200);
    return applied.body;
  };
  const effective = async (query = '') => {
    const { body } = await planner.get(`${C1}/effective${query}`);
    return new Map<string, Record<string, unknown>>(
      body.values.map((each: { path: string[] }) => [each.path.join('.'), each]),
    );
  };
  /** A secret setting of the newest revision, opened. */
  const secret = async (name: string): Promise<string> => {
    const [row] = await planner.database.query(
      'SELECT content->$1::text AS v FROM planner.revision ORDER BY number DESC LIMIT 1',
      ['settings'],
    );
    return planner.secretBox.open(row.v[name]).reveal();
  };

  it('tell of each value where it comes from, and show no secret', async () => {
    await apply('{ password: abc, motd: hello, users: [{ name: u, password: hidden }] }');
    const values = await effective('?node=n2');
    expect(values.get('port')).toMatchObject({
      value: 8080,
      origin: { from: 'node', by: 'n2' },
      inherits: { value: 80, origin: { from: 'default', by: 'release rich@1.0.0' } },
    });
    expect(values.get('extra')).toMatchObject({ value: 7, origin: { from: 'default', by: 'plugin extra@1.0.0' } });
    expect(values.get('motd')).toMatchObject({ value: 'hello', origin: { from: 'cluster', by: 'c1' }, inherits: null });
    expect(values.get('region')).toMatchObject({ value: 'north', fixed: true });
    expect(values.get('token')).toMatchObject({ value: '<secret>', secret: true, generated: true });
    expect(values.get('users')).toMatchObject({ value: [{ name: 'u', password: '<secret>' }] });
    expect(values.get('db.name')).toMatchObject({ value: 'main', origin: { from: 'default' } });
    expect((await effective()).get('port')).toMatchObject({ value: 80 });
    expect((await planner.get(`${C1}/effective?node=n9`)).status).toBe(404);
  });

  it('warn of what is deprecated or unused, and refuse what is fixed', async () => {
    const { problems } = await apply('{ password: abc, old: x, pasword: y, db: { nam: z } }');
    expect(problems.map((each: { code: string; place: { path: string } }) => [each.code, each.place.path])).toEqual([
      ['CLUSTER_SETTING_DEPRECATED', 'settings.old'],
      ['CLUSTER_SETTING_UNUSED', 'settings.pasword'],
      ['CLUSTER_SETTING_UNUSED', 'settings.db.nam'],
    ]);
    expect(problems[1].remedy).toContain('password');
    const refused = await planner.patch(C1, {
      settings: { region: 'south' },
      nodes: { n1: { settings: { region: 'west' } } },
    });
    expect([refused.status, codes(refused.body).filter((each) => each === 'CLUSTER_SETTINGS_INVALID')]).toEqual([
      422,
      ['CLUSTER_SETTINGS_INVALID', 'CLUSTER_SETTINGS_INVALID'],
    ]);
    expect((await effective()).get('old')).toMatchObject({ deprecated: true, unused: false });
    expect((await effective()).get('pasword')).toMatchObject({ unused: true });
  });

  it('are generated once, kept by whatever is written later, and made anew when they are taken away', async () => {
    await apply();
    const first = await secret('token');
    expect(first).toMatch(/^[A-Za-z0-9]{20}$/);
    const { id } = (await planner.get(`${C1}/settings`)).body.value;
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect((await planner.get(`${C1}/settings`)).body.value).toMatchObject({
      token: '<secret>',
      db: { key: '<secret>' },
    });
    expect(await apply()).toMatchObject({ revision: 1, changed: false });
    expectStatus(await planner.put(`${C1}/settings`, { password: 'abc', port: 1 }), 200);
    expectStatus(await planner.patch(`${C1}/settings`, { port: 2 }), 200);
    expect([await secret('token'), (await planner.get(`${C1}/settings`)).body.value.id]).toEqual([first, id]);
    expectStatus(await planner.patch(`${C1}/settings`, { token: null }), 200);
    expect(await secret('token')).not.toBe(first);
    expect((await planner.get(`${C1}/settings`)).body.value.id).toBe(id);
    expectStatus(await planner.post(`${C1}/rollback`, { revision: 1 }), 200);
    expect(await secret('token')).toBe(first);
  });

  it('keep secrets that come back as they are shown, in lists by what stands beside them', async () => {
    await apply('{ password: abc, users: [{ name: u, password: one }, { name: v, password: two }] }');
    const shown = (await planner.get(`${C1}/settings`)).body.value;
    const { users } = shown;
    expectStatus(await planner.put(`${C1}/settings`, { ...shown, users: [users[1]] }), 200);
    expect(await secret('password')).toBe('abc');
    const [{ item }] = await planner.database.query(
      "SELECT content->'settings'->'users'->0->'password' AS item FROM planner.revision ORDER BY number DESC LIMIT 1",
    );
    expect(planner.secretBox.open(item).reveal()).toBe('two');
    const lost = await planner.put(`${C1}/settings`, { ...shown, users: [{ name: 'w', password: '<secret>' }] });
    expect([lost.status, codes(lost.body)]).toEqual([422, ['CLUSTER_SECRET_MASKED']]);
    // A file that was exported can be applied again: it says more of the nodes, and nothing else of secrets.
    const { text } = await planner.get(`${C1}/export`);
    expect(text).toContain('<to be filled>');
    expectStatus(await planner.apply(text), 200);
    const { changes } = (await planner.get(`${C1}/diff?from=2&to=3`)).body;
    expect(changes.filter((each: { path: string[] }) => each.path[0] !== 'nodes')).toEqual([]);
  });

  it('can have secrets that are still to be filled: they are planned for, and not deployed', async () => {
    await apply('{ password: <to be filled> }');
    expect((await planner.get(`${C1}/settings`)).body.value.password).toBe('<to be filled>');
    expect((await effective()).get('password')).toMatchObject({ value: '<to be filled>', blank: true });
    const planned = await planner.post(`${C1}/plans`);
    expect(planned.body.problems).toEqual([
      expect.objectContaining({ code: 'PLAN_BLANK', subject: 'setting settings.password' }),
    ]);
    const refused = await planner.post('/api/v1/transactions', { cluster: 'c1' });
    expect([refused.status, codes(refused.body)]).toEqual([422, ['CLUSTER_BLANK']]);
    expectStatus(await planner.patch(`${C1}/settings`, { password: 'abc' }), 200);
    await planner.deploy();
  });

  it('differ by path; secrets only say that they do', async () => {
    await apply('{ password: abc, motd: one }');
    const patch = {
      settings: { password: 'def', motd: null, port: 81 },
      nodes: { n1: { roles: ['web', 'db'] }, n2: null },
    };
    expectStatus(await planner.patch(C1, patch), 200);
    const diff = await planner.get(`${C1}/diff?from=1&to=head`);
    expect(diff.body).toEqual({
      cluster: 'c1',
      from: 1,
      to: 2,
      changes: [
        { path: ['nodes', 'n1', 'roles'], change: 'changed', before: ['web'], after: ['db', 'web'], secret: false },
        expect.objectContaining({ path: ['nodes', 'n2'], change: 'removed', after: null }),
        { path: ['settings', 'motd'], change: 'removed', before: 'one', after: null, secret: false },
        { path: ['settings', 'password'], change: 'changed', before: '<secret>', after: '<secret>', secret: true },
        { path: ['settings', 'port'], change: 'added', before: null, after: 81, secret: false },
      ],
    });
    expect((await planner.get(`${C1}/diff?from=2&to=2`)).body.changes).toEqual([]);
    expect((await planner.get(`${C1}/diff`)).status).toBe(404);
    expect((await planner.get(`${C1}/diff?from=1&to=9`)).status).toBe(404);
    expect((await planner.get(`${C1}/diff?from=x`)).status).toBe(400);
  });

  it('make one revision of each kind of edit, and leave every older one as it was', async () => {
    await apply();
    const other = {
      ...RELEASE,
      'release.yaml': RELEASE['release.yaml'].replace('1.0.0', '1.1.0'),
      'files/x.sh': 'exit 0\n',
    };
    expectStatus(await planner.publish(other), 201);
    const kept: object[] = [];
    const edits: [string, () => PromiseLike<{ status: number; text: string }>][] = [
      ['settings', () => planner.patch(`${C1}/settings`, { port: 81 })],
      ['settings of a node', () => planner.patch(C1, { nodes: { n1: { settings: { port: 82 } } } })],
      ['options', () => planner.put(`${C1}/options/tls`, { enabled: true })],
      ['nodes', () => planner.patch(C1, { nodes: { n2: null } })],
      ['counts', () => planner.patch(C1, { counts: { web: 1 } })],
      ['files, by another release', () => planner.patch(C1, { release: 'rich@1.1.0' })],
    ];
    for (const [index, [what, edit]] of edits.entries()) {
      kept.push((await planner.get(`${C1}/revisions/${index + 1}`)).body);
      expectStatus((await edit()) as never, 200);
      expect([what, (await planner.get(C1)).body.revision]).toEqual([what, index + 2]);
    }
    for (const [index, before] of kept.entries())
      expect((await planner.get(`${C1}/revisions/${index + 1}`)).body).toEqual(before);
    const { items } = (await planner.get(`${C1}/revisions`)).body as { items: { hash: string }[] };
    expect(new Set(items.map(({ hash }) => hash)).size).toBe(edits.length + 1);
    const { changes } = (await planner.get(`${C1}/diff?from=6&to=7`)).body;
    expect(changes).toMatchObject([{ path: ['release'], before: 'rich@1.0.0', after: 'rich@1.1.0' }]);
  });

  it('count nodes: too few are told, and not deployed', async () => {
    const { problems } = await apply('{ password: abc }', 'counts: { web: 3 }');
    expect(problems).toEqual([expect.objectContaining({ code: 'CLUSTER_COUNT_UNMET', summary: 'needs 3, has 2' })]);
    const refused = await planner.post('/api/v1/transactions', { cluster: 'c1' });
    expect(codes(refused.body)).toEqual(['CLUSTER_COUNT_UNMET']);
    const tooMany = await planner.patch(C1, { counts: { web: 9 } });
    expect([tooMany.status, codes(tooMany.body)]).toEqual([422, ['CLUSTER_ROLE_COUNT']]);
  });

  it('have options with rules, which planning sees', async () => {
    await apply();
    const put = (name: string, body: object) => planner.put(`${C1}/options/${name}`, body);
    const on = async () =>
      (await planner.get(`${C1}/options`)).body.items
        .filter((each: { enabled: boolean }) => each.enabled)
        .map((each: { name: string }) => each.name);
    expect(await on()).toEqual(['lvm']);
    const second = await put('ceph', { enabled: true });
    expect([second.status, codes(second.body)]).toEqual([422, ['CLUSTER_OPTION_EXCLUDED', 'CLUSTER_OPTION_REQUIRES']]);
    expect(second.body.problems[0].summary).toContain('lvm');
    expect(second.body.problems[1].summary).toContain('tls');
    const missing = await put('ceph', { enabled: true, replace: true });
    expect([missing.status, codes(missing.body)]).toEqual([422, ['CLUSTER_OPTION_REQUIRES']]);
    expect(missing.body.problems[0].summary).toContain('tls');
    expect((await planner.get(C1)).body.revision).toBe(1);
    const action = async () =>
      (await planner.post(`${C1}/plans`)).body.tasks.find((each: { task: string }) => each.task === 't@n1').action;
    expect(await action()).toBe('skip');
    expectStatus(await put('tls', { enabled: true, reason: 'audit' }), 200);
    expect(await action()).toBe('run');
    const replaced = await put('ceph', { enabled: true, replace: true });
    expect(replaced.body).toMatchObject({ revision: 3, switchedOff: ['lvm'] });
    expect(await on()).toEqual(['ceph', 'tls']);
    expect((await effective()).get('motd')).toMatchObject({ value: 'ceph', origin: { from: 'option', by: 'ceph' } });
    expect(codes((await put('tls', { enabled: false })).body)).toEqual(['CLUSTER_OPTION_REQUIRES']);
    expect((await put('cep', { enabled: true })).status).toBe(404);
    const file = await planner.apply(cluster('{ password: abc }', 'options: { ceph: true, lvm: true, none: true }'));
    expect([file.status, codes(file.body)]).toEqual([
      422,
      expect.arrayContaining(['CLUSTER_UNKNOWN_OPTION', 'CLUSTER_OPTIONS_EXCLUDE', 'CLUSTER_OPTION_REQUIRES']),
    ]);
  });

  it('never show a secret: not in answers, events, plans or rows', async () => {
    await apply('{ password: hunter2hunter2 }');
    const made = await secret('token');
    expectStatus(await planner.patch(`${C1}/settings`, { password: 'hunter3hunter3' }), 200);
    await planner.post(`${C1}/plans`);
    const routes = [
      '',
      '/settings',
      '/effective',
      '/effective?node=n1',
      '/diff?from=1&to=2',
      '/export',
      '/revisions',
      '/revisions/1',
    ];
    for (const route of [...routes.map((each) => C1 + each), '/api/v1/events?limit=1000']) {
      const { text, status } = await planner.get(route);
      expect(status).toBe(200);
      for (const word of ['hunter2', 'hunter3', made]) expect(text).not.toContain(word);
    }
    const rows = JSON.stringify(
      await planner.database.query('SELECT r.content, k.* FROM planner.revision r, planner.idempotency_key k'),
    );
    for (const word of ['hunter2', 'hunter3', made]) expect(rows).not.toContain(word);
    expect(planner.secretBox.seal(new SecretValue(made)).$sealed.fingerprint.length).toBeGreaterThan(10);
  });
});
