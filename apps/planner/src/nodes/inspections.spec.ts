import type { Reply } from '@muster/protocol';
import { problem } from '@muster/problems';
import { waitUntil } from '@muster/testkit';
import { FACTS, type Inspection } from '../testing/fake-executor.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const key = (index: number) => `SHA256:${String(index).padStart(43, 'A')}`;

interface Told {
  readonly inspection: string;
  readonly endedAt: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly nodes: readonly { node: string; state: string; attempts: number; problems: { code: string }[] }[];
}

describe('inspecting nodes', () => {
  let planner: TestPlanner;
  /** Names of nodes that were asked, in order, and how many at once at most. */
  let asked: string[];
  let most: number;

  beforeAll(async () => {
    planner = await TestPlanner.start(2);
  });
  beforeEach(async () => {
    await planner.clear('inspection', 'feed_event');
    asked = [];
    most = 0;
  });
  afterAll(() => planner.close());

  const register = async (count: number, more: object = {}) =>
    expectStatus(
      await planner.post('/api/v1/nodes', {
        nodes: Array.from({ length: count }, (_, index) => ({
          name: `n${String(index).padStart(2, '0')}`,
          address: `10.1.1.${index + 1}`,
          hostKey: key(index),
          identity: 'private key',
          ...more,
        })),
      }),
      201,
    );
  const unreachable = (name: string): Reply<unknown> => ({
    ok: false,
    problems: [problem('NODE_UNREACHABLE', { subject: `node ${name}`, summary: 'Nobody answers.' })],
  });
  /** Answers once all that may be asked at once are being asked, so that their number can be seen. */
  function answer(how: (name: string, time: number) => Reply<unknown>): void {
    let at = 0;
    const times = new Map<string, number>();
    planner.executor.inspect = async ({ node }: Inspection) => {
      const name = node?.name ?? '';
      asked.push(name);
      most = Math.max(most, ++at);
      times.set(name, (times.get(name) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      at--;
      return how(name, times.get(name) ?? 0);
    };
  }
  async function ended(id: string): Promise<Told> {
    const ask = async () => (await planner.get(`/api/v1/inspections/${id}`)).body as Told;
    return waitUntil(`inspection ${id} has ended`, async () => {
      const told = await ask();
      return told.endedAt === null ? undefined : told;
    });
  }
  /** Events of a type, once there are so many: they get their numbers a moment after what they tell. */
  const events = async (type: string, count: number) =>
    waitUntil(`${count} of ${type} are in the feed`, async () => {
      const { items } = (await planner.get(`/api/v1/events?limit=1000&kind=${type}`)).body as {
        items: { data: object }[];
      };
      return items.length >= count && items;
    });

  it('ends right with 25 nodes of which two are flaky: twenty at once, and only those two again', async () => {
    await register(25);
    answer((name, time) =>
      ['n03', 'n17'].includes(name) && time < 3 ? unreachable(name) : { ok: true, body: { facts: FACTS } },
    );
    const started = await planner.post('/api/v1/inspections', { reason: 'first look' });
    expect([started.status, started.body.counts]).toEqual([202, expect.objectContaining({ failed: 0, succeeded: 0 })]);
    const told = await ended(started.body.inspection as string);
    expect(told.counts).toEqual({ waiting: 0, running: 0, succeeded: 25, failed: 0 });
    expect(told.nodes.filter(({ attempts }) => attempts > 1).map(({ node, attempts }) => [node, attempts])).toEqual([
      ['n03', 3],
      ['n17', 3],
    ]);
    expect(asked).toHaveLength(29);
    expect(most).toBeLessThanOrEqual(20);
    expect(most).toBeGreaterThan(10);
    const { items } = (await planner.get('/api/v1/nodes')).body as { items: object[] };
    expect(items).toHaveLength(25);
    for (const node of items) expect(node).toMatchObject({ state: 'discovered', online: true });
    expect((await planner.get('/api/v1/nodes/n17')).body.facts).toEqual(FACTS);
    expect(await events('node.inspected', 25)).toHaveLength(25);
    expect(await events('inspection.started', 1)).toMatchObject([
      { data: { nodes: 25, who: 'admin', why: 'first look' } },
    ]);
    expect(await events('inspection.ended', 1)).toMatchObject([{ data: { succeeded: 25, failed: 0 } }]);
  });

  it('gives a node up after three tries, at once where trying again cannot help, and tells why of each', async () => {
    await register(4);
    expectStatus(await planner.post('/api/v1/nodes', { nodes: [{ name: 'n03', address: 'x.example.net' }] }), 201);
    await planner.database.query("UPDATE planner.node SET identity = NULL WHERE name = 'n03'");
    answer((name) => {
      if (name === 'n00') return unreachable(name);
      if (name === 'n01')
        return {
          ok: false,
          problems: [problem('NODE_LOGIN_REFUSED', { subject: 'node n01', summary: 'The key is refused.' })],
        };
      return { ok: true, body: { facts: FACTS } };
    });
    const started = await planner.post('/api/v1/inspections', { nodes: ['n00', 'n01', 'n02', 'n03'] });
    const told = await ended(started.body.inspection as string);
    expect(
      told.nodes.map(({ state, attempts, problems }) => [state, attempts, problems.map(({ code }) => code)]),
    ).toEqual([
      ['failed', 3, ['NODE_UNREACHABLE']],
      ['failed', 1, ['NODE_LOGIN_REFUSED']],
      ['succeeded', 1, []],
      ['failed', 1, ['NODE_IDENTITY_MISSING']],
    ]);
    const online = async (name: string) => (await planner.get(`/api/v1/nodes/${name}`)).body as { online: unknown };
    expect([await online('n00'), await online('n01')]).toMatchObject([{ online: false }, { online: null }]);
    expect((await planner.get('/api/v1/nodes/n00/history?limit=1')).body.items).toMatchObject([
      { kind: 'inspect-failed', who: 'admin', data: { attempts: 3 } },
    ]);
    expect(await events('inspection.ended', 1)).toMatchObject([{ data: { succeeded: 1, failed: 3 } }]);
    expect(await events('node.inspect-failed', 3)).toHaveLength(3);
  });

  it('takes up what a planner left that died while it asked', async () => {
    await register(2);
    answer(() => ({ ok: true, body: { facts: FACTS } }));
    await planner.database.query(
      `INSERT INTO planner.inspection (id, project, who) VALUES ('00000000-0000-4000-8000-000000000001', 'default', 'ada')`,
    );
    await planner.database.query(
      `INSERT INTO planner.inspection_node (inspection_id, node_id, state, attempts, leased_until)
       SELECT '00000000-0000-4000-8000-000000000001', id, 'running', 1, now() - interval '1 second' FROM planner.node`,
    );
    const told = await ended('00000000-0000-4000-8000-000000000001');
    expect(told.nodes.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['succeeded', 2],
      ['succeeded', 2],
    ]);
  });

  it('tells the end of one whose last node ended when its planner died, or was removed', async () => {
    await register(1);
    const [left, empty] = ['00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000003'];
    // As one statement: a planner looks at any time.
    await planner.database.query(
      `WITH made AS (INSERT INTO planner.inspection (id, project, who) VALUES ('${left}', 'default', 'ada'), ('${empty}', 'default', 'ada'))
       INSERT INTO planner.inspection_node (inspection_id, node_id, state, attempts, ended_at)
       SELECT '${left}', id, 'succeeded', 1, now() FROM planner.node`,
    );
    for (const id of [left, empty]) await ended(id);
    const told = await events('inspection.ended', 2);
    expect(told.map(({ data }) => data)).toEqual(
      expect.arrayContaining([
        { inspection: left, succeeded: 1, failed: 0 },
        { inspection: empty, succeeded: 0, failed: 0 },
      ]),
    );
    expect(told).toHaveLength(2);
  });

  it('refuses nodes that are not there, and a machine that says more than facts', async () => {
    await register(1);
    const refused = await planner.post('/api/v1/inspections', { nodes: ['n00', 'x', 'y'] });
    expect([refused.status, refused.body.problems.map(({ subject }: { subject: string }) => subject)]).toEqual([
      404,
      ['node x', 'node y'],
    ]);
    expect((await planner.get('/api/v1/inspections')).body.items).toEqual([]);
    for (const id of ['nothing', '00000000-0000-4000-8000-000000000009'])
      expect((await planner.get(`/api/v1/inspections/${id}`)).status).toBe(404);
    planner.executor.hostKeys.set('10.1.1.1', key(0));
    answer(() => ({ ok: true, body: { facts: { ...FACTS, hostname: 'x'.repeat(10_000) } } }));
    const asked = await planner.post('/api/v1/nodes/n00/inspect');
    expect(asked.body).toMatchObject({ facts: null, matches: true, problems: [{ code: 'API_UNAVAILABLE' }] });
    answer(() => ({ ok: true, body: { facts: FACTS } }));
    expect((await planner.post('/api/v1/nodes/n00/inspect')).body).toMatchObject({ facts: { cpus: 4 }, problems: [] });
    expect((await planner.get('/api/v1/nodes/n00')).body).toMatchObject({ state: 'discovered' });
  });

  it('accepts the host key that was compared and is shown, and no other', async () => {
    expectStatus(await planner.post('/api/v1/nodes', { name: 'a', address: '10.1.1.9', hostKey: key(1) }), 201);
    const accept = (body: object) => planner.put('/api/v1/nodes/a/host-key', body);
    planner.executor.hostKeys.set('10.1.1.9', key(2));
    const codes = async (body: object) => {
      const { status, body: told } = await accept(body);
      return [status, told.problems?.[0]?.code];
    };
    expect(await codes({ hostKey: key(2) })).toEqual([409, 'NODE_HOST_KEY_CHANGED']);
    expect(await codes({ hostKey: key(3), replace: true })).toEqual([409, 'NODE_HOST_KEY_CHANGED']);
    expect(await codes({ hostKey: 'SHA256:x' })).toEqual([400, 'API_INVALID']);
    expect((await planner.get('/api/v1/nodes/a')).body.hostKey).toBe(key(1));
    expectStatus(await accept({ hostKey: key(2), replace: true, reason: 'reinstalled' }), 200);
    expect((await planner.get('/api/v1/nodes/a')).body.hostKey).toBe(key(2));
    expect((await planner.get('/api/v1/nodes/a/history?limit=1')).body.items).toMatchObject([
      { kind: 'host-key', data: { before: key(1), after: key(2), seen: true, why: 'reinstalled' } },
    ]);
    expectStatus(await planner.post('/api/v1/nodes', { name: 'b', address: '10.1.1.8', hostKey: key(4) }), 201);
    planner.executor.hostKeys.set('10.1.1.8', key(2));
    const twice = await planner.put('/api/v1/nodes/b/host-key', { hostKey: key(2), replace: true });
    expect([twice.status, twice.body.problems[0].code]).toEqual([409, 'NODE_DUPLICATE']);
  });
});
