import type { DeploymentEventBody } from '@muster/model';
import { SMALL_RELEASE } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

type Body = { problems: { code: string }[] };
const VALIDATIONS = `
- { id: disk, title: Enough space, group: space, roles: [web], task: { type: shell, parameters: { cmd: df } } }
- { id: clock, group: net, severity: warning, roles: [web], task: { type: shell, parameters: { cmd: chrony } } }
- { id: ready, group: net, stage: { before: b }, task: { type: wait-for, parameters: { port: 80 } } }
`;
const URL = '/api/v1/clusters/c1/validations';

describe('validations', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    expectStatus(await planner.publish({ ...SMALL_RELEASE, 'validations/all.yaml': VALIDATIONS }), 201);
    expectStatus(await planner.apply(), 200);
  });
  afterAll(() => planner.close());

  const groups = async () =>
    (await planner.get(URL)).body.items as {
      group: string;
      validations: { id: string; members: { node: string; result: string; text: string }[] }[];
    }[];
  const started: DeploymentEventBody[] = [
    { type: 'accepted' },
    { type: 'state-changed', state: 'running', text: null },
  ];
  it('are listed by group with where they stand, and nothing came of them yet', async () => {
    expect((await planner.get(URL)).body.items).toMatchObject([
      {
        group: 'net',
        validations: [
          { id: 'clock', severity: 'warning', stage: 'pre-deployment', task: null, type: 'shell', members: [] },
          { id: 'ready', severity: 'fatal', stage: 'before', task: 'b', owner: 'release small@1.0.0', members: [] },
        ],
      },
      { group: 'space', validations: [{ id: 'disk', title: 'Enough space', graphs: ['default'] }] },
    ]);
    expect((await planner.get('/api/v1/clusters/none/validations')).status).toBe(404);
  });

  it('are part of the plan of a deployment', async () => {
    const plan = await planner.post('/api/v1/clusters/c1/plans', {});
    const tasks = plan.body.tasks as { task: string; reason: { code: string } }[];
    expect(
      tasks.filter(({ task }) => task.startsWith('validation.')).map(({ task, reason }) => [task, reason.code]),
    ).toEqual([
      ...['validation.clock@n1', 'validation.clock@n2', 'validation.disk@n1', 'validation.disk@n2'].map((task) => [
        task,
        'validation',
      ]),
      ...['validation.ready@n1', 'validation.ready@n2'].map((task) => [task, 'validation']),
    ]);
  });

  it('run alone as a transaction, chosen by group, id and node, and are stopped', async () => {
    const wrong = await planner.post(`${URL}/run`, { groups: ['spac'], validations: ['clok'] });
    expect([wrong.status, (wrong.body as Body).problems.map(({ code }) => code)]).toEqual([
      400,
      ['API_INVALID', 'API_INVALID'],
    ]);
    expect((await planner.post(`${URL}/stop`)).status).toBe(409);

    const run = await planner.post(`${URL}/run`, {
      groups: ['space'],
      validations: ['clock'],
      nodes: ['n1'],
      reason: 'night',
    });
    expectStatus(run, 201);
    const { transaction } = run.body as { transaction: string };
    const status = await planner.get(`/api/v1/transactions/${transaction}`);
    const [graph] = status.body.graphs as { type: string }[];
    expect(graph?.type).toBe('validations');
    const [row] = await planner.database.query<{ options: object }[]>(
      'SELECT options FROM planner.transaction WHERE id = $1',
      [transaction],
    );
    expect(row?.options).toMatchObject({
      nodes: ['n1'],
      tasks: expect.arrayContaining(['validation.disk', 'validation.clock']),
    });

    const deployment = await planner.untilStarted(transaction, 1);
    await planner.executor.tell(deployment, [...started]);
    await planner.untilState(transaction, 'running');
    const stopped = await planner.post(`${URL}/stop`, { reason: 'enough' });
    expect([stopped.status, stopped.body]).toEqual([202, { transactions: [transaction] }]);
    expect(planner.executor.controls.at(-1)).toMatchObject({ verb: 'cancel', why: 'enough' });
    await planner.executor.tell(deployment, [{ type: 'state-changed', state: 'cancelled', text: null }]);
    await planner.untilState(transaction, 'cancelled');
  });

  it('keep the latest result of each node, of whatever they were part of', async () => {
    await planner.database.query(
      `INSERT INTO planner.task (deployment_id, task, state, attempts, exit_code, reason, ended_at)
       SELECT d.id, r.task, r.state, r.attempts, r.code, r.reason, now() - r.ago * interval '1 minute'
         FROM planner.deployment d JOIN planner.transaction t ON t.id = d.transaction_id,
              (VALUES ('validation.disk@n2', 'failed', 1, 3, 'exit code 3', 5),
                      ('validation.clock@n2', 'skipped', 1, 1, 'exit code 1', 5),
                      ('validation.ready@n2', 'skipped', 0, NULL, 'not selected', 5)) AS r (task, state, attempts, code, reason, ago)
        WHERE t.cluster = 'c1'
       ON CONFLICT (deployment_id, task) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
         exit_code = excluded.exit_code, reason = excluded.reason, ended_at = excluded.ended_at`,
    );
    const results = (await groups()).flatMap(({ validations }) =>
      validations.flatMap(({ id, members }) => members.map(({ node, result, text }) => [id, node, result, text])),
    );
    expect(results).toEqual([
      ['clock', 'n2', 'warned', 'exit code 1'],
      ['disk', 'n2', 'failed', 'exit code 3'],
    ]);
  });
});
