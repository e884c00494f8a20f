import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

interface Told {
  readonly code: string;
  readonly summary: string;
  readonly place?: { readonly path?: string };
}

const key = (digit: string) => `SHA256:${digit.repeat(43)}`;
const node = (name: string, more: object = {}) => ({ name, address: `${name}.example.net`, hostKey: '', ...more });

describe('registering nodes', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
  });
  beforeEach(async () => {
    await planner.clear();
  });
  afterAll(() => planner.close());

  const post = (nodes: readonly object[], more: object = {}) => planner.post('/api/v1/nodes', { nodes, ...more });
  const places = (body: { problems: Told[] }) => body.problems.map(({ place }) => place?.path);
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `m${index}`,
      address: `10.9.${Math.floor(index / 250)}.${(index % 250) + 1}`,
      hostKey: `SHA256:${String(index).padStart(43, 'A')}`,
    }));

  it('tells everything that is wrong with a list at once, by index, and keeps nothing of it', async () => {
    expectStatus(await post([node('there', { hostKey: key('1'), address: '192.0.2.9' })]), 201);
    const refused = await post([
      node('good', { hostKey: key('2') }),
      node('twice', { hostKey: key('3') }),
      node('twice', { hostKey: key('4'), address: 'other.example.net' }),
      node('address', { hostKey: key('5'), address: '300.1.1.1' }),
      { name: 'missing' },
      node('port', { hostKey: key('6'), port: 70_000 }),
      node('user', { hostKey: key('7'), user: '-oProxyCommand=touch /tmp/x' }),
      node('machine', { hostKey: key('2') }),
      node('way', { hostKey: key('8'), address: 'GOOD.example.net' }),
      node('other', { hostKey: key('9'), address: '192.0.2.9' }),
      node('same', { hostKey: key('1') }),
      node('lost', { hostKey: key('a'), jump: 'nowhere' }),
      node('self', { hostKey: key('b') }),
      'no node' as unknown as object,
    ]);
    expect(refused.status).toBe(400);
    const told = (refused.body as { problems: Told[] }).problems;
    const of = (path: string) => told.filter(({ place }) => place?.path === path).map(({ code }) => code);
    expect(of('nodes.2.name')).toEqual(['API_INVALID']);
    expect(of('nodes.3.address')).toEqual(['API_INVALID']);
    expect(of('nodes.4.address')).toEqual(['API_INVALID']);
    expect(of('nodes.5.port')).toContain('API_INVALID');
    expect(of('nodes.6.user')).toEqual(['API_INVALID']);
    expect(of('nodes.7.hostKey')).toEqual(['API_INVALID']);
    expect(of('nodes.8.address')).toEqual(['API_INVALID']);
    expect(of('nodes.9.address')).toEqual(['NODE_DUPLICATE']);
    expect(of('nodes.10.hostKey')).toEqual(['NODE_DUPLICATE']);
    expect(of('nodes.12.name')).toEqual(['API_INVALID']);
    expect(told.some(({ place }) => place?.path?.startsWith('nodes.13') === true)).toBe(true);
    expect(told.filter(({ place }) => /^nodes\.[01]\./.test(place?.path ?? ''))).toEqual([]);
    expect((await planner.get('/api/v1/nodes')).body.items).toHaveLength(1);
  });

  it.each([
    ['name', 'a b'],
    ['name', '-rf'],
    ['name', '$(touch x)'],
    ['name', 'a\nb'],
    ['name', '../../etc/passwd'],
    ['name', 'sync'],
    ['address', '-oProxyCommand=touch /tmp/x'],
    ['address', '192.0.2.1\nProxyCommand x'],
    ['address', '$(id)'],
    ['address', '`id`'],
    ['address', 'a;reboot'],
    ['address', 'user@host'],
    ['address', 'http://10.0.0.1/'],
    ['address', '1.2.3'],
    ['address', ''],
    ['address', 7],
    ['user', '-l root'],
    ['user', 'root\n'],
    ['user', '$(id)'],
    ['user', 'a b'],
    ['port', '22; reboot'],
    ['port', 0],
    ['port', 22.5],
    ['become', 'su'],
    ['hostKey', 'SHA256:short'],
    ['hostKey', `${key('1')}\nssh-rsa`],
    ['stateDir', 'relative'],
    ['stateDir', '/'],
    ['stateDir', '/srv/../etc'],
    ['stateDir', '/srv/a\nb'],
    ['jump', '-J evil'],
    ['jump', 'n1\nProxyCommand'],
    ['labels', ['$(id)']],
    ['labels', ['a\nb']],
    ['identity', 5],
    ['state', 'ready'],
    ['facts', { cpus: 64 }],
    ['clusterId', '00000000-0000-4000-8000-000000000000'],
  ])('refuses what does not belong into %s: %j', async (field, value) => {
    const refused = await planner.post('/api/v1/nodes', {
      name: 'n1',
      address: '192.0.2.1',
      hostKey: key('1'),
      [field]: value,
    });
    expect(refused.status).toBe(400);
    expect(places(refused.body as { problems: Told[] }).every((path) => path?.startsWith(field))).toBe(true);
    expect((await planner.get('/api/v1/nodes')).body.items).toEqual([]);
  });

  it('says of a list that is posted again what has changed, and keeps what is not said', async () => {
    const list = [
      node('a', { hostKey: key('1'), identity: 'private a', user: 'ada', labels: ['rack-2', 'rack-1', 'rack-2'] }),
      node('b', { hostKey: key('2') }),
    ];
    const first = await post(list);
    expectStatus(first, 201);
    expect(first.body.changes).toEqual([
      { node: 'a', created: true, changed: [] },
      { node: 'b', created: true, changed: [] },
    ]);
    expect((await post(list)).body.changes.map(({ changed }: { changed: string[] }) => changed)).toEqual([[], []]);
    const again = await post([
      { name: 'a', address: '192.0.2.7', port: 2222, labels: ['rack-3'], identity: 'private a' },
      { name: 'b', address: 'b.example.net', identity: 'private b' },
    ]);
    expect(again.body.changes).toEqual([
      { node: 'a', created: false, changed: ['address', 'port', 'labels'] },
      { node: 'b', created: false, changed: ['identity'] },
    ]);
    expect(again.body.nodes[0]).toMatchObject({
      user: 'ada',
      hostKey: key('1'),
      labels: ['rack-3'],
      state: 'enrolled',
    });
    const kinds = (await planner.get('/api/v1/nodes/a/history')).body.items as { kind: string; data: object }[];
    expect(kinds.map(({ kind, data }) => [kind, data])).toEqual([
      ['changed', { changed: ['address', 'port', 'labels'] }],
      ['state', {}],
      ['registered', { address: 'a.example.net' }],
    ]);
    expect(JSON.stringify(kinds) + JSON.stringify(again.body)).not.toContain('private');
  });

  it('lets two nodes swap their addresses in one list, and takes the one of a retired node', async () => {
    await post([
      { name: 'a', address: '192.0.2.1', hostKey: key('1') },
      { name: 'b', address: '192.0.2.2', hostKey: key('2') },
    ]);
    const swapped = await post([
      { name: 'a', address: '192.0.2.2' },
      { name: 'b', address: '192.0.2.1' },
    ]);
    expectStatus(swapped, 201);
    const third = { name: 'c', address: '192.0.2.1', hostKey: key('3') };
    expect((await post([third])).status).toBe(409);
    expectStatus(await planner.post('/api/v1/nodes/b/retire', { reason: 'sold' }), 200);
    expectStatus(await post([third]), 201);
  });

  it('knows a way through a jump node as another way, and refuses a circle', async () => {
    const apart = await post([
      { name: 'a', address: '10.0.0.1', hostKey: key('1') },
      { name: 'b', address: '10.0.0.1', hostKey: key('2'), jump: 'a' },
    ]);
    expectStatus(apart, 201);
    const circle = await post([{ name: 'a', address: '10.0.0.1', jump: 'b' }]);
    expect([circle.status, places(circle.body)]).toEqual([400, ['nodes.0.jump']]);
    expectStatus(await post([{ name: 'b', address: '10.0.0.2', jump: null }]), 201);
    expect((await planner.get('/api/v1/nodes/b')).body.jump).toBeNull();
  });

  it('takes a thousand at once, and the same list from two sides', async () => {
    const answers = await Promise.all([post(many(1000)), post(many(1000))]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect((await planner.get('/api/v1/nodes?limit=1000')).body.items).toHaveLength(1000);
    expect((await post(many(1001))).status).toBe(400);
  }, 60_000);
});
