import request from 'supertest';
import { ADMIN_TOKEN, expectStatus, TestPlanner } from '../testing/test-planner.testing';

const cursor = (key: readonly string[]) => Buffer.from(JSON.stringify(key)).toString('base64url');

describe('requests of the wrong shape', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
  });
  afterAll(() => planner.close());

  it('get all their errors at once, each with its path', async () => {
    const response = await planner.post('/api/v1/transactions', {
      cluster: '/etc',
      graphs: [],
      nodes: 'n1',
      plan: 'sha1:x',
      colour: 'red',
      force: 'yes',
    });
    expect(response.status).toBe(400);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.body).toMatchObject({
      title: 'Bad Request',
      status: 400,
      type: 'urn:muster:problem:API_INVALID',
      instance: '/api/v1/transactions',
    });
    const paths = new Set(response.body.problems.map((each: { place: { path: string } }) => each.place.path));
    expect(paths).toEqual(new Set(['cluster', 'graphs', 'nodes', 'plan', 'colour', 'force']));
  });

  it('are told the path inside lists and mappings', async () => {
    const nodes = [
      { name: 'ok', address: '192.0.2.1' },
      { name: '../x', address: '192.0.2.2', port: 0 },
    ];
    const response = await planner.post('/api/v1/nodes', { nodes });
    expect(response.status).toBe(400);
    expect(response.body.problems.map((each: { place: { path: string } }) => each.place.path).sort()).toEqual([
      'nodes.1.name',
      'nodes.1.port',
    ]);
  });

  it('may say null for what they do not give, and only where it is described does null mean something', async () => {
    const cluster = await planner.put('/api/v1/clusters/c1', {
      ...{ source: 'web', sourceName: null, identities: null, acceptHostKeys: null, reason: null },
    });
    expect([cluster.status, cluster.body.problems[0]]).toMatchObject([422, { subject: 'cluster file cluster.yaml' }]);
    const plain = { name: 'n1', address: '192.0.2.1', port: null, hostKey: `SHA256:${'1'.repeat(43)}` };
    const bastion = { name: 'bastion', address: '192.0.2.9', hostKey: `SHA256:${'2'.repeat(43)}` };
    expectStatus(await planner.post('/api/v1/nodes', { nodes: [bastion, { ...plain, jump: 'bastion' }] }), 201);
    const jump = async () => (await planner.get('/api/v1/nodes/n1')).body.jump;
    expectStatus(await planner.post('/api/v1/nodes', { nodes: [plain] }), 201);
    expect(await jump()).toBe('bastion');
    expectStatus(await planner.post('/api/v1/nodes', { nodes: [{ ...plain, jump: null }] }), 201);
    expect(await jump()).toBeNull();
  });

  it.each([
    ['put', '/api/v1/nodes/n1/profile', {}, 'profile'],
    [
      'post',
      '/api/v1/transactions/00000000-0000-4000-8000-000000000000/controls',
      { verb: 'pause', limit: [] },
      'limit',
    ],
  ] as const)('are refused where a field is missing or a list: %s %s', async (method, path, body, field) => {
    const response = await planner[method](path, body);
    expect([response.status, response.body.problems]).toMatchObject([400, [{ place: { path: field } }]]);
  });

  it.each([
    ['no JSON', '{"cluster":', 400],
    ['a list', '[1]', 400],
    ['a number', '5', 400],
    ['more than 8 MiB', `{"cluster":"${'x'.repeat(8 * 1024 * 1024)}"}`, 413],
  ])('are refused: %s', async (_, body, status) => {
    const response = await request(planner.url)
      .post('/api/v1/transactions')
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .set('content-type', 'application/json')
      .send(body);
    expect([response.status, response.body.status, response.body.problems.length > 0]).toEqual([status, status, true]);
  });

  it.each([
    '/api/v1/transactions/not-a-uuid',
    '/api/v1/clusters?limit=0',
    '/api/v1/clusters?limit=many',
    '/api/v1/clusters?cursor=rubbish',
    '/api/v1/events?after=-1',
    '/api/v1/events?colour=red',
  ])('are refused in the address: %s', async (path) => {
    const response = await planner.get(path);
    expect([response.status, response.body.problems[0].code]).toEqual([400, 'API_INVALID']);
  });

  it.each([
    ['cluster', { cluster: 'c\u0000', reason: 'x' }],
    ['reason', { cluster: 'c', reason: 'why\u0000not' }],
    ['reason', { cluster: 'c', reason: '\ud83d' }],
    ['tasks.1', { cluster: 'c', tasks: ['a@n1', 'a\u0000@n1'] }],
    ['nodes.0.deep.2', { cluster: 'c', nodes: [{ deep: [1, 2, '\udead'] }] }],
    ['a\ufffdb', { cluster: 'c', ['a\u0000b']: 1 }],
  ])('are told where they hold what is no text: %s', async (path, body) => {
    const response = await planner.post('/api/v1/transactions', body).set('idempotency-key', JSON.stringify(body));
    expect(response.status).toBe(400);
    expect(response.body.problems).toEqual([
      expect.objectContaining({ code: 'API_INVALID', subject: `field ${path}`, place: { path } }),
    ]);
  });

  const NUL = '%00';
  it.each([
    ['GET', `/api/v1/clusters/a${NUL}b`],
    ['GET', `/api/v1/clusters?cursor=${NUL}`],
    ['GET', `/api/v1/transactions?cluster=c${NUL}`],
    ['GET', `/api/v1/releases/a${NUL}/1.0.0`],
    ['GET', `/api/v1/nodes/n${NUL}`],
    ['DELETE', `/api/v1/nodes/n${NUL}`],
    ['GET', `/api/v1/transactions/00000000-0000-4000-8000-000000000000/tasks/a${NUL}%40n/output`],
    ['GET', `/api/v1/clusters/${encodeURIComponent(NUL)}`, 404],
    ['GET', '/api/v1/clusters/%ED%A0%80'],
    ['GET', '/api/v1/events?after=99999999999999999999'],
    ['GET', `/api/v1/clusters?cursor=${cursor(['\0'])}`],
    ['GET', `/api/v1/nodes?cursor=${cursor(['\ud800'])}`],
    ['GET', `/api/v1/transactions?cursor=${cursor(['mine'])}`],
    [
      'GET',
      `/api/v1/transactions?cursor=${cursor(['2026-01-01T00:00:00.000Z', '00000000-0000-4000-8000-000000000000'])}`,
    ],
    ['GET', `/api/v1/clusters/c1/revisions?cursor=${cursor(['many'])}`, 404],
  ])('are refused, not failed at: %s %s', async (method, path, status = 400) => {
    const asked = request(planner.url);
    const response = await (method === 'DELETE' ? asked.delete(path) : asked.get(path)).set(
      'authorization',
      `Bearer ${ADMIN_TOKEN}`,
    );
    expect([response.status, response.body.status]).toEqual([status, status]);
  });

  it('are refused when they are nested without end', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const response = await request(planner.url)
      .post('/api/v1/transactions')
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .set('content-type', 'application/json')
      .set('idempotency-key', 'deep')
      .send(`{"cluster":${deep}}`);
    expect([response.status, response.body.problems[0].summary]).toEqual([400, 'It is nested deeper than 200 levels.']);
  });

  it('do not keep the server from serving', async () => {
    expect((await planner.get('/api/v1/clusters')).body).toEqual({ items: [], next: null });
    expect(planner.log.filter((line) => line.includes('request failed'))).toEqual([]);
  });
});
