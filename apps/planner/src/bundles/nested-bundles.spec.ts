import { smallCluster } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

type Body = { problems: { code: string; summary: string }[] };
const task = (id: string, role: string, more = '') =>
  `- { id: ${id}, type: shell, role: [${role}], parameters: { cmd: { yaql_exp: "str($.port)" } }${more} }\n`;
const files = (name: string, version: string, more: string, tasks: string) => ({
  'release.yaml': `name: ${name}\nversion: ${version}\n${more}`,
  'tasks.yaml': tasks,
});
const PORT = 'settings: { type: object, properties: { port: { type: integer, default: 1 } } }\n';

describe('releases made of others', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    for (const version of ['1.0.0', '1.5.0', '2.0.0'])
      expectStatus(
        await planner.publish({
          ...files('base', version, `roles: { web: {} }\n${PORT}`, task('a', 'web') + task('b', 'web')),
          'files/b.txt': version,
        }),
        201,
      );
    expectStatus(
      await planner.publish(files('db', '1.0.0', `roles: { node: {} }\n${PORT}`, task('init', 'node'))),
      201,
    );
  });
  afterAll(() => planner.close());

  it('are refused while what they name is not there, telling what is', async () => {
    const refused = await planner.publish(
      files('over', '0.1.0', 'extends: base@^3.0.0\nincludes: { x: { release: nothing@1 } }\n', ''),
    );
    expect(refused.status).toBe(422);
    expect((refused.body as Body).problems).toMatchObject([
      { code: 'BUNDLE_UNKNOWN_BASE', summary: expect.stringContaining('published of base: 2.0.0, 1.5.0, 1.0.0') },
      { code: 'BUNDLE_UNKNOWN_BASE', summary: expect.stringContaining('includes (as x) nothing@1') },
    ]);
  });

  it('are resolved to an exact version once, and need it no more', async () => {
    expectStatus(await planner.post('/api/v1/releases/base/1.5.0/retire'), 200);
    const over = files('over', '1.0.0', 'extends: base@^1.0.0\n', task('c', 'web', ', requires: [b]'));
    expectStatus(await planner.publish(over), 201);
    const before = await planner.get('/api/v1/releases/over/1.0.0');
    const base = await planner.get('/api/v1/releases/base/1.0.0');
    expect(before.body.content.bases).toEqual([{ name: 'base', version: '1.0.0', digest: base.body.digest }]);
    expectStatus(await planner.post('/api/v1/releases/base/1.5.0/restore'), 200);
    // Published again it is what it was, although there is a newer one to extend.
    expectStatus(await planner.publish(over), 200);
    expectStatus(await planner.delete('/api/v1/releases/base/1.0.0'), 204);
    expect((await planner.get('/api/v1/releases/over/1.0.0')).body.content).toEqual(before.body.content);

    const source = smallCluster().replace('small@1.0.0', 'over@1.0.0');
    expectStatus(await planner.apply(source), 200);
    const plan = await planner.post('/api/v1/clusters/c1/plans', {});
    expect((plan.body.tasks as { task: string }[]).map((each) => each.task)).toEqual([
      ...['a@n1', 'a@n2', 'b@n1', 'b@n2', 'c@n1', 'c@n2'],
    ]);
    // What is made for the base fits what extends it.
    const plugin = { 'plugin.yaml': 'name: add\nversion: 1.0.0\nreleases: ["base@^1.0.0"]\n' };
    expectStatus(await planner.publish(plugin, 'plugins'), 201);
    expect((await planner.get('/api/v1/plugins?fits=over@1.0.0')).body.items).toMatchObject([{ name: 'add' }]);
    expectStatus(await planner.apply(source.replace('over@1.0.0', 'over@1.0.0\nplugins: [add@1.0.0]')), 200);
  });

  it('plan and deploy what they include, with settings checked as one', async () => {
    const includes =
      'includes: { db: { release: "db@^1.0.0", settings: { port: { yaql_exp: "$.port + 1" } }, connect: { before: [a] } } }\n';
    const more = `roles: { web: {}, both: { tags: [web, db.node] } }\n${PORT}${includes}`;
    expectStatus(await planner.publish(files('nesting', '1.0.0', more, task('a', 'web'))), 201);
    const source = smallCluster()
      .replace('small@1.0.0', 'nesting@1.0.0')
      .replace('n1: { address: 192.0.2.1, roles: [web]', 'n1: { address: 192.0.2.1, roles: [both]');
    const wrong = await planner.apply(source.replace('port: 80', 'prot: 80, db: 5'));
    expect([wrong.status, (wrong.body as Body).problems.map(({ code }) => code)]).toEqual([
      422,
      expect.arrayContaining(['CLUSTER_SETTINGS_INVALID']),
    ]);
    expectStatus(await planner.apply(source), 200);
    const plan = await planner.post('/api/v1/clusters/c1/plans', {});
    expect(plan.body.tasks).toMatchObject([
      { task: 'a@n1', requires: ['db.init@n1'], parameters: { cmd: '80' } },
      { task: 'a@n2', requires: ['db.init@n1'], parameters: { cmd: '80' } },
      { task: 'db.init@n1', requires: [], parameters: { cmd: '81' } },
    ]);
    const { deployment } = await planner.deploy();
    expect(planner.executor.starts.map((start) => start.deployment)).toContain(deployment);
  });
});
