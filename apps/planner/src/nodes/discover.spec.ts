import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const key = (index: number) => `SHA256:${String(index).padStart(43, 'A')}`;

describe('discovering machines', () => {
  let planner: TestPlanner;
  let asked: number[];
  beforeAll(async () => {
    planner = await TestPlanner.start();
    const nodes = [
      { name: 'by-key', address: 'moved.example.net', hostKey: key(3) },
      { name: 'by-address', address: '10.1.0.5', hostKey: key(99) },
    ];
    expectStatus(await planner.post('/api/v1/nodes', { nodes }), 201);
  });
  beforeEach(() => {
    asked = [];
    planner.executor.inspect = async ({ machines = [] }) => {
      asked.push(machines.length);
      const answer = ({ address }: { address: string }) => {
        const last = Number(address.split('.')[3]);
        return [3, 5, 200].includes(last)
          ? { kind: 'ssh', hostKey: key(last), greeting: 'SSH-2.0-x' }
          : { kind: 'silent', detail: 'refused' };
      };
      return { ok: true, body: { machines: machines.map(answer) } };
    };
  });
  afterAll(() => planner.close());

  it('finds SSH servers in pieces, and knows those that are nodes by key, else by address', async () => {
    const { body } = await planner.post('/api/v1/discoveries', { range: '10.1.0.0/24' });
    expect(body).toEqual({
      looked: 254,
      machines: [
        { address: '10.1.0.3', port: 22, hostKey: key(3), greeting: 'SSH-2.0-x', node: 'by-key' },
        { address: '10.1.0.5', port: 22, hostKey: key(5), greeting: 'SSH-2.0-x', node: 'by-address' },
        { address: '10.1.0.200', port: 22, hostKey: key(200), greeting: 'SSH-2.0-x', node: null },
      ],
    });
    expect(asked).toEqual([64, 64, 64, 62]);
    expect((await planner.get('/api/v1/nodes')).body.items).toHaveLength(2);
  });

  it('names no node of another project', async () => {
    expectStatus(await planner.post('/api/v1/projects', { name: 'blue' }), 201);
    const { body } = await planner.post('/api/v1/discoveries', { range: '10.1.0.3-5' }).set('muster-project', 'blue');
    expect(body.machines).toMatchObject([{ node: null }, { node: null }]);
  });

  it.each([
    [{ range: '8.8.8.0/24' }, 'public'],
    [{ range: '10.0.0.0/8' }, 'at most'],
    [{ range: '$(id)' }, 'no range'],
    [{ range: '10.0.0.1', port: 0 }, 'port'],
    [{}, 'range'],
  ])('refuses %j, and asks nobody', async (wish, why) => {
    const refused = await planner.post('/api/v1/discoveries', wish);
    expect([refused.status, asked]).toEqual([400, []]);
    expect(JSON.stringify(refused.body)).toContain(why);
  });

  it('looks at public addresses where somebody says so', async () => {
    const { body } = await planner.post('/api/v1/discoveries', { range: '8.8.8.2-4', allowPublic: true, port: 2222 });
    expect(body).toMatchObject({ looked: 3, machines: [{ address: '8.8.8.3', port: 2222 }] });
  });
});
