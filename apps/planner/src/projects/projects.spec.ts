import request from 'supertest';
import { type Role, ROLES } from '../identity/grants';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly right: string;
}

describe('rights and projects', () => {
  let planner: TestPlanner;
  let operations: readonly Operation[];
  let transaction: string;
  const tokens = new Map<string, string>();
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
    await planner.post('/api/v1/projects', { name: 'blue' }).then((response) => expectStatus(response, 201));
    ({ transaction } = await planner.deploy());
    for (const role of ROLES) tokens.set(role, await planner.tokenWith({ default: role }, role));
    tokens.set('blue', await planner.tokenWith({ blue: 'admin' }, 'blue-admin'));
    const { paths } = (await planner.get('/api/openapi.json')).body as {
      paths: Record<string, Record<string, { operationId: string; 'x-muster-right': string }>>;
    };
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, 'x-muster-right': right }]) => ({
        method,
        path,
        operationId,
        right,
      })),
    );
  });
  afterAll(() => planner.close());

  const send = (method: string, path: string, who: string, project?: string) => {
    const agent = request(planner.url);
    const sent = agent[method as 'get'](path).set('authorization', `Bearer ${tokens.get(who) ?? ''}`);
    return project === undefined ? sent : sent.set('muster-project', project);
  };
  const rights: Readonly<Record<Role, readonly string[]>> = {
    viewer: ['viewer', 'viewer or publisher', 'any token'],
    operator: ['viewer', 'operator', 'viewer or publisher', 'any token'],
    admin: ['viewer', 'operator', 'admin', 'publisher', 'viewer or publisher', 'any token'],
    publisher: ['publisher', 'viewer or publisher', 'any token'],
  };

  it.each(ROLES)('open to the role %s what it may, and nothing else', async (role) => {
    for (const { method, path, operationId, right } of operations.filter((each) => each.right !== 'none')) {
      // Names that do not exist, so that what is allowed changes nothing.
      const { status } = await send(method, path.replace(/\{[^}]+\}/g, '00000000-0000-4000-8000-000000000000'), role);
      const allowed = rights[role].includes(right);
      expect([operationId, right, status === 403]).toEqual([operationId, right, !allowed]);
    }
  });

  it("answer another project's names and ids with 404, and do not list them", async () => {
    const known: Readonly<Record<string, string>> = {
      cluster: 'c1',
      node: 'n1',
      transaction,
      task: 'a@n1',
      number: '1',
      name: 'small',
      version: '1.0.0',
      pool: 'p',
      project: 'default',
    };
    const inProject = operations.filter(
      ({ path, right }) => path.includes('{') && !['none', 'deployment'].includes(right),
    );
    expect(inProject.length).toBeGreaterThan(15);
    const shapes: string[] = [];
    for (const { method, path, operationId } of inProject) {
      if (operationId === 'applyCluster' || operationId === 'setPool') continue;
      const concrete = path.replace(
        /\{([^}]+)\}/g,
        (_, part: string) => known[part] ?? '00000000-0000-4000-8000-000000000000',
      );
      const response = await send(method, concrete, 'blue', 'blue')
        .set('content-type', 'application/json')
        .send(bodyOf(operationId));
      const isEverywhere = ['archiveProject', 'restoreProject'].includes(operationId);
      // A shape that is refused tells nothing of what is there.
      const isShape = response.status === 400 && response.body.problems?.[0]?.code === 'API_INVALID';
      if (isShape) shapes.push(operationId);
      else expect([operationId, response.status]).toEqual([operationId, isEverywhere ? 403 : 404]);
      expect(response.text).not.toContain('"c1"');
    }
    expect(shapes.length).toBeLessThan(inProject.length / 4);
    for (const list of ['clusters', 'nodes', 'releases', 'plugins', 'transactions'])
      expect((await send('get', `/api/v1/${list}`, 'blue', 'blue')).body.items).toEqual([]);
    const events = (await send('get', '/api/v1/events', 'blue', 'blue')).body.items;
    const kinds = events.map((event: { type: string }) => event.type);
    expect(kinds.filter((kind: string) => !kind.startsWith('operation.'))).toEqual(['project.created']);
    expect((await send('get', '/api/v1/projects', 'blue')).body.items).toMatchObject([
      { name: 'blue', roles: ['admin'] },
    ]);
  });

  /** What gets past the check of shapes, which comes first. */
  function bodyOf(operationId: string): object | undefined {
    if (operationId === 'controlTransaction') return { verb: 'pause' };
    if (operationId === 'rollbackCluster') return { revision: 1 };
    if (operationId === 'setTokenRole') return { role: 'viewer' };
    if (operationId === 'startTransaction') return { cluster: 'c1' };
    return undefined;
  }

  it('tell nobody whether a project exists in which they have no role', async () => {
    const there = await send('get', '/api/v1/clusters', 'blue', 'default');
    const missing = await send('get', '/api/v1/clusters', 'blue', 'green');
    expect([there.status, missing.status]).toEqual([404, 404]);
    expect(there.text.replaceAll('default', 'green')).toBe(missing.text);
    expect((await send('get', '/api/v1/clusters', 'blue')).status).toBe(404);
    expect((await planner.get('/api/v1/clusters').set('muster-project', 'green')).status).toBe(404);
    expect((await planner.get('/api/v1/clusters').set('muster-project', '../x')).status).toBe(400);
    expect((await planner.get('/api/v1/clusters').set('muster-project', '*')).status).toBe(400);
  });

  it('keep the same names and keys in two projects apart', async () => {
    const key = 'the-same-key-in-two-projects';
    const make = (project: string) =>
      planner
        .post('/api/v1/nodes', { name: 'twin', address: '192.0.2.77', hostKey: `SHA256:${'7'.repeat(43)}` }, key)
        .set('muster-project', project);
    expect((await make('blue')).status).toBe(201);
    expect((await planner.get('/api/v1/nodes/twin')).status).toBe(404);
    expect((await make('default')).status).toBe(201);
    await planner.delete('/api/v1/nodes/twin').then((response) => expectStatus(response, 204));
    expect((await send('get', '/api/v1/nodes/twin', 'blue', 'blue')).status).toBe(200);
  });

  it('make an archived project one that is only read', async () => {
    await planner.post('/api/v1/projects', { name: 'old' }).then((response) => expectStatus(response, 201));
    expect((await planner.post('/api/v1/projects', { name: 'old' })).body.problems).toMatchObject([
      { code: 'PROJECT_EXISTS' },
    ]);
    expect((await planner.post('/api/v1/projects/old/archive')).body.archivedAt).toEqual(expect.any(String));
    const node = { name: 'x', address: '192.0.2.9', hostKey: `SHA256:${'9'.repeat(43)}` };
    const write = () => planner.post('/api/v1/nodes', node).set('muster-project', 'old');
    const refused = await write();
    expect([refused.status, refused.body.problems[0].code]).toEqual([409, 'PROJECT_ARCHIVED']);
    expect((await planner.get('/api/v1/nodes').set('muster-project', 'old')).status).toBe(200);
    expect((await planner.post('/api/v1/projects/old/restore')).body.archivedAt).toBeNull();
    expect((await write()).status).toBe(201);
    expect((await planner.post('/api/v1/projects/default/archive')).status).toBe(403);
  });

  it('tell who you are', async () => {
    expect((await send('get', '/api/v1/identity', 'blue')).body).toEqual({
      name: 'blue-admin',
      roles: { blue: 'admin' },
    });
    expect((await planner.get('/api/v1/identity')).body).toEqual({ name: 'admin', roles: { '*': 'admin' } });
  });
});
