import { smallCluster } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

describe('listing nodes', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    await planner.publish();
    const tagged = smallCluster().replace('192.0.2.2, roles: [web]', '192.0.2.2, roles: [web], tags: [gate]');
    expectStatus(await planner.apply(tagged), 200);
    const nodes = Array.from({ length: 25 }, (_, index) => ({
      name: `m${String(index).padStart(2, '0')}`,
      address: `10.1.1.${index + 1}`,
      hostKey: `SHA256:${String(index).padStart(43, 'A')}`,
      labels: index % 2 === 0 ? ['even', 'rack'] : ['rack'],
    }));
    expectStatus(await planner.post('/api/v1/nodes', { nodes }), 201);
    await planner.post('/api/v1/nodes/m03/retire');
    await planner.database.query("UPDATE planner.node SET online = name = 'm01' WHERE name IN ('m01', 'm02')");
    await planner.database.query(`UPDATE planner.node SET facts = '{"hostname": "Alpha"}' WHERE name = 'm05'`);
  });
  afterAll(() => planner.close());

  const names = async (query: string) =>
    ((await planner.get(`/api/v1/nodes?${query}`)).body as { items: { name: string }[] }).items.map(({ name }) => name);

  it.each([
    ['state=retired', ['m03']],
    ['state=retired,new', ['m03']],
    ['role=web', ['n1', 'n2']],
    ['tag=web', ['n1']],
    ['tag=gate', ['n2']],
    ['cluster=c1&tag=gate', ['n2']],
    ['cluster=none', []],
    ['online=true', ['m01']],
    ['online=false', ['m02']],
    ['text=10.1.1.7', ['m06']],
    ['text=ALPHA', ['m05']],
    ['text=%25', []],
    ['label=even&text=m1', ['m10', 'm12', 'm14', 'm16', 'm18']],
  ])('shows those of %s', async (query, expected) => expect(await names(query)).toEqual(expected));

  it('shows those in no cluster, page after page, each once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await planner.get(`/api/v1/nodes?cluster=&label=rack&limit=7&cursor=${cursor}`);
      seen.push(...body.items.map(({ name }: { name: string }) => name));
      cursor = body.next ?? '';
    } while (cursor !== '');
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
    expect([...seen].sort()).toEqual(seen);
  });

  it.each([
    'state=alive',
    'state=',
    'role=a%20b',
    'online=maybe',
    'label=%27%3B',
    'cluster=a%0Ab',
    'nothing=1',
    'cursor=x',
  ])('refuses %s', async (query) => expect((await planner.get(`/api/v1/nodes?${query}`)).status).toBe(400));
});
