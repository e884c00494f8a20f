import { expectStatus, TestPlanner } from '../testing/test-planner.testing';
import { forgetPast } from './forget-past';

describe('what happened to nodes long ago', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());

  const entries = async (node: string): Promise<number> => {
    const [row] = await planner.database.query(
      'SELECT count(*)::int AS count FROM planner.node_history h JOIN planner.node n ON n.id = h.node_id WHERE n.name = $1',
      [node],
    );
    return row.count as number;
  };
  const happen = (node: string, times: number, daysAgo: number): Promise<unknown> =>
    planner.database.query(
      `INSERT INTO planner.node_history (id, node_id, at, kind, data)
       SELECT gen_random_uuid(), n.id, now() - make_interval(days => $3::int) - i * interval '1 second', 'online', '{}'
       FROM planner.node n, generate_series(1, $2::int) AS i WHERE n.name = $1`,
      [node, times, daysAgo],
    );

  it('is forgotten after a year, but for the newest, and beyond a number in any case', async () => {
    await planner.database.query('DELETE FROM planner.node_history');
    await happen('n1', 150, 400);
    await happen('n2', 30, 0);
    await happen('n2', 120, 300);
    expect(await forgetPast(planner.database.manager)).toMatchObject({ entries: 50 });
    expect([await entries('n1'), await entries('n2')]).toEqual([100, 150]);
    expect(await forgetPast(planner.database.manager, { entriesMax: 40 })).toMatchObject({ entries: 60 + 110 });
    const [oldest] = await planner.database.query(
      "SELECT count(*)::int AS recent FROM planner.node_history h JOIN planner.node n ON n.id = h.node_id WHERE n.name = 'n2' AND at > now() - interval '1 day'",
    );
    expect([await entries('n2'), oldest.recent]).toEqual([40, 30]);
  });

  it('is forgotten of inspections a month after their end, with what came of each node', async () => {
    const started = await planner.post('/api/v1/inspections', { nodes: ['n1'] });
    expectStatus(started, 202);
    const { inspection: id } = started.body as { inspection: string };
    const end = (daysAgo: number): Promise<unknown> =>
      planner.database.query('UPDATE planner.inspection SET ended_at = now() - make_interval(days => $1::int)', [
        daysAgo,
      ]);
    await end(29);
    expect(await forgetPast(planner.database.manager)).toMatchObject({ inspections: 0 });
    expect((await planner.get(`/api/v1/inspections/${id}`)).status).toBe(200);
    await end(31);
    expect(await forgetPast(planner.database.manager)).toMatchObject({ inspections: 1 });
    expect((await planner.get(`/api/v1/inspections/${id}`)).status).toBe(404);
    expect(await planner.database.query('SELECT 1 FROM planner.inspection_node')).toEqual([]);
  });
});
