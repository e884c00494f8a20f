import { randomUUID } from 'node:crypto';
import { smallCluster } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const codes = (body: { problems: { code: string }[] }) => body.problems.map((each) => each.code);
const C1 = '/api/v1/clusters/c1';

describe('edits of a cluster', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    expectStatus(await planner.publish(), 201);
  });
  beforeEach(async () => {
    planner.showHostKeys();
    await planner.clear('feed_event');
    expectStatus(await planner.apply(smallCluster('{ port: 80, password: one, more: { a: 1, b: 2 } }')), 200);
  });
  afterAll(() => planner.close());

  const head = async () => (await planner.get(C1)).body;

  it('merge: null takes away, the rest stays, secrets too', async () => {
    const patch = { port: 81, more: { a: null } };
    const edited = await planner.patch(`${C1}/settings?reason=because`, patch);
    expectStatus(edited, 200);
    expect(edited.body).toMatchObject({ revision: 2, changed: true });
    expect(edited.headers['etag']).toBe(`"${edited.body.etag}"`);
    expect((await head()).content.settings).toEqual({ port: 81, password: '<secret>', more: { b: 2 } });
    expect((await planner.get(`${C1}/revisions`)).body.items[0]).toMatchObject({
      number: 2,
      who: 'admin',
      why: 'because',
      change: 'edit',
    });
    // The envelope is the one that was there: nothing was sealed anew.
    const stored = await planner.database.query(
      "SELECT count(DISTINCT content->'settings'->'password')::int AS n FROM planner.revision",
    );
    expect(stored).toEqual([{ n: 1 }]);
    expect((await planner.patch(`${C1}/settings`, { port: 81 })).body).toMatchObject({ revision: 2, changed: false });
  });

  it('replace: what is not named is gone', async () => {
    expectStatus(await planner.put(`${C1}/settings`, { port: 82 }), 200);
    expect((await planner.get(`${C1}/settings`)).body).toMatchObject({ revision: 2, value: { port: 82 } });
    expect((await planner.get(`${C1}/revisions/1`)).body.content.settings).toMatchObject({ more: { a: 1, b: 2 } });
  });

  it('are about nodes, limits and the whole, too', async () => {
    expectStatus(await planner.patch(`${C1}/nodes/n1`, { settings: { port: 90 } }), 200);
    expect((await planner.get(`${C1}/nodes/n1`)).body.value).toMatchObject({ roles: ['web'], settings: { port: 90 } });
    expectStatus(await planner.put(`${C1}/limits`, { nodesAtOnce: 1 }), 200);
    expect((await planner.get(`${C1}/limits`)).body.value).toEqual({ nodesAtOnce: 1 });
    expectStatus(await planner.patch(`${C1}/limits`, { nodesAtOnce: null }), 200);
    expect((await planner.get(`${C1}/limits`)).body.value).toEqual({});
    expectStatus(await planner.delete(`${C1}/nodes/n2`), 200);
    expect((await planner.get('/api/v1/nodes/n2')).body).toMatchObject({ cluster: null, roles: [] });
    expectStatus(await planner.put(`${C1}/nodes/n2`, { roles: ['web'] }), 200);
    expect((await planner.get('/api/v1/nodes/n2')).body).toMatchObject({ cluster: 'c1', roles: ['web'] });
    expectStatus(await planner.patch(C1, { environment: 'staging', master: 'n1' }), 200);
    expect((await head()).content).toMatchObject({ environment: 'staging', master: 'n1' });
    expect((await head()).revision).toBe(7);
  });

  it('are refused with everything that is wrong, and then nothing is changed', async () => {
    const before = await head();
    const wrong = {
      settings: { port: 'many' },
      nodes: { n1: { port: 0 }, n3: { jump: 'n9' } },
      limits: { nodesAtOnce: 0 },
    };
    const refused = await planner.patch(C1, wrong);
    expect(refused.status).toBe(422);
    const told = refused.body.problems.map((each: { place?: { path?: string } }) => each.place?.path);
    expect(told).toEqual(expect.arrayContaining(['nodes.n1.port', 'nodes.n3.jump', 'limits.nodesAtOnce']));
    const settings = await planner.patch(`${C1}/settings`, { port: 'many', password: 7 });
    expect(settings.body.problems.map((each: { place?: { path?: string } }) => each.place?.path)).toEqual(
      expect.arrayContaining(['settings.port', 'settings.password']),
    );
    expect(await head()).toEqual(before);
    expect((await planner.get('/api/v1/nodes')).body.items).toHaveLength(2);
  });

  it.each<[string, string, unknown, number, string]>([
    ['a list', 'settings', [1], 400, 'API_INVALID'],
    [
      'an envelope',
      'settings',
      { password: { $sealed: { v: 1, data: '', wrapped: '' } } },
      422,
      'CLUSTER_SEALED_VALUE',
    ],
    ['another name', '', { cluster: 'c2' }, 422, 'CLUSTER_INVALID_VALUE'],
    ['no nodes', '', { nodes: null }, 422, 'CLUSTER_MISSING_KEY'],
    ['another release', '', { release: 'none@1.0.0' }, 422, 'CLUSTER_UNKNOWN_RELEASE'],
    ['a node that is not there', 'nodes/n9', { roles: [] }, 404, 'API_NOT_FOUND'],
  ])('refuse %s', async (_, part, body, status, code) => {
    const refused = await planner.patch(`${C1}/${part}`.replace(/\/$/, ''), body as object);
    expect([refused.status, codes(refused.body)]).toEqual([status, expect.arrayContaining([code])]);
    expect((await head()).revision).toBe(1);
  });

  it('honour If-Match, also when two are made at once', async () => {
    const { etag } = await head();
    const send = (port: number) => planner.patch(`${C1}/settings`, { port }).set('if-match', `"${etag}"`);
    const both = await Promise.all([send(1), send(2)]);
    expect(both.map((each) => each.status).sort()).toEqual([200, 412]);
    expect(codes(both.find((each) => each.status === 412)?.body)).toEqual(['API_PRECONDITION_FAILED']);
    expect((await head()).revision).toBe(2);
    expectStatus(await planner.apply(smallCluster()).set('if-match', `"${etag}"`), 412);
    expectStatus(await planner.patch(`${C1}/settings`, { port: 3 }).set('if-match', '*'), 200);
  });

  it('are made one after the other where nobody asks for a revision', async () => {
    const keys = ['a', 'b', 'c', 'd'];
    const all = await Promise.all(keys.map((key) => planner.patch(`${C1}/settings`, { more: { [key]: 5 } })));
    for (const each of all) expectStatus(each, 200);
    expect((await head()).content.settings.more).toEqual({ a: 5, b: 5, c: 5, d: 5 });
    expect((await head()).revision).toBe(5);
  });

  it('answer a repeated key as the first time, header included', async () => {
    const key = randomUUID();
    const first = await planner.patch(`${C1}/settings`, { port: 4 }, key);
    const again = await planner.patch(`${C1}/settings`, { port: 4 }, key);
    expect([again.body, again.headers['etag']]).toEqual([first.body, first.headers['etag']]);
    expect((await head()).revision).toBe(2);
  });

  it('go back to an old revision by writing a new one', async () => {
    expectStatus(await planner.patch(C1, { settings: { port: 5, password: 'two' }, nodes: { n2: null } }), 200);
    const back = await planner.post(`${C1}/rollback`, { revision: 1 });
    expectStatus(back, 200);
    expect(back.body).toMatchObject({ revision: 3, changed: true });
    const { body } = await planner.get(`${C1}/revisions`);
    expect(body.items[0]).toMatchObject({
      change: 'rollback',
      why: 'Content of revision 1.',
      hash: body.items[2].hash,
    });
    expect((await planner.get('/api/v1/nodes/n2')).body.cluster).toBe('c1');
    expectStatus(await planner.post(`${C1}/rollback`, { revision: 9 }), 404);
    expectStatus(await planner.post(`${C1}/rollback`, { revision: 0 }), 400);
  });
});
