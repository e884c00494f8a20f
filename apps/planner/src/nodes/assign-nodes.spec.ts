import { SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const key = (char: string): string => `SHA256:${char.repeat(43)}`;

describe('nodes that clusters take', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    const roles = 'roles:\n  web: { max: 3 }\n  db: { conflicts: [web] }\n';
    const release = SMALL_RELEASE['release.yaml'].replace('roles:\n  web: {}\n', roles);
    expectStatus(await planner.publish({ ...SMALL_RELEASE, 'release.yaml': release }), 201);
  });
  beforeEach(async () => {
    planner.showHostKeys();
    await planner.clear();
    expectStatus(await planner.apply(), 200);
    const nodes = ['3', '4', '5'].map((n) => ({ name: `n${n}`, address: `192.0.2.${n}`, hostKey: key(n) }));
    expectStatus(await planner.post('/api/v1/nodes', { nodes }), 201);
  });
  afterAll(() => planner.close());

  const codes = (body: { problems: { code: string }[] }) => body.problems.map(({ code }) => code);
  const assign = (node: string, roles: readonly string[], cluster = 'c1') =>
    planner.put(`/api/v1/clusters/${cluster}/nodes/${node}`, { roles });
  const clusterOf = async (node: string) => (await planner.get(`/api/v1/nodes/${node}`)).body.cluster as string | null;

  it('come and go by a revision each, with history', async () => {
    const taken = await assign('n3', ['web']);
    expectStatus(taken, 200);
    expect([taken.body.revision, await clusterOf('n3')]).toEqual([2, 'c1']);
    expectStatus(await planner.delete('/api/v1/clusters/c1/nodes/n3'), 200);
    expect(await clusterOf('n3')).toBeNull();
    expect((await planner.delete('/api/v1/clusters/c1/nodes/n3')).status).toBe(404);
    const { items } = (await planner.get('/api/v1/nodes/n3/history')).body as {
      items: { kind: string; who: string }[];
    };
    expect(items.filter(({ kind }) => kind.endsWith('assigned'))).toMatchObject([
      { kind: 'unassigned', who: 'admin', data: { cluster: 'c1' } },
      { kind: 'assigned', who: 'admin' },
    ]);
  });

  it("are no more than a role takes, have no roles that exclude each other, and are nobody else's", async () => {
    expectStatus(await assign('n3', ['web']), 200);
    const tooMany = await assign('n4', ['web']);
    expect([tooMany.status, codes(tooMany.body)]).toEqual([422, ['CLUSTER_ROLE_COUNT']]);
    const clash = await assign('n4', ['db', 'web']);
    expect([clash.status, codes(clash.body)]).toEqual([422, expect.arrayContaining(['CLUSTER_ROLE_CONFLICT'])]);
    expectStatus(await assign('n4', ['db']), 200);
    const other = smallCluster().replace('c1', 'c2').split('nodes:')[0] ?? '';
    const second = await planner.put('/api/v1/clusters/c2', {
      source: `${other}nodes: { n3: { roles: [web] } }\n`,
      sourceName: 'c2.yaml',
    });
    expect([second.status, codes(second.body)]).toEqual([409, ['CLUSTER_NODE_TAKEN']]);
    // What was refused has changed nothing.
    expect([await clusterOf('n3'), await clusterOf('n4'), await clusterOf('n5')]).toEqual(['c1', 'c1', null]);
    expect((await planner.get('/api/v1/clusters/c1')).body.revision).toBe(3);
    expectStatus(await planner.post('/api/v1/nodes/n5/retire'), 200);
    const retired = await assign('n5', ['db']);
    expect(retired.status).toBe(409);
  });
});
