import request from 'supertest';
import { ADMIN_TOKEN, TestPlanner } from '../testing/test-planner.testing';

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

  it('do not keep the server from serving', async () => {
    expect((await planner.get('/api/v1/clusters')).body).toEqual({ items: [], next: null });
    expect(planner.log.filter((line) => line.includes('request failed'))).toEqual([]);
  });
});
