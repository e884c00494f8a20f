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

  it('have a section in the status of the deployment that they are part of', async () => {
    const { transaction, deployment } = await planner.deploy();
    const section = async () => (await planner.get(`/api/v1/transactions/${transaction}`)).body.validations;
    const never = (node: string) => ({ node, graph: 'default', result: 'waiting', since: null, text: null });
    expect(await section()).toEqual([
      {
        group: 'net',
        validations: [
          {
            ...{ id: 'clock', title: null, severity: 'warning', stage: 'pre-deployment' },
            members: ['n1', 'n2'].map(never),
          },
          { ...{ id: 'ready', title: null, severity: 'fatal', stage: 'before' }, members: ['n1', 'n2'].map(never) },
        ],
      },
      {
        group: 'space',
        validations: [
          {
            ...{ id: 'disk', title: 'Enough space', severity: 'fatal', stage: 'pre-deployment' },
            members: ['n1', 'n2'].map(never),
          },
        ],
      },
    ]);
    const exit = (task: string, code: number): DeploymentEventBody[] => [
      { type: 'attempt-started', task, attempt: 1 },
      { type: 'attempt-ended', task, attempt: 1, result: { kind: 'exited', code, sizes: { stdout: 0, stderr: 0 } } },
    ];
    await planner.executor.tell(deployment, [
      ...started,
      ...exit('validation.clock@n1', 3),
      {
        ...{ type: 'tasks-ended', tasks: ['validation.clock@n1'], state: 'skipped' },
        cause: { code: 'onFailure', text: 'exited with code 3' },
      },
      ...exit('validation.disk@n2', 4),
      {
        ...{ type: 'tasks-ended', tasks: ['validation.disk@n2'], state: 'failed' },
        cause: { code: 'attempt', text: 'exited with code 4' },
      },
      {
        ...{ type: 'tasks-ended', tasks: ['validation.ready@n1', 'a@n1', 'b@n1'], state: 'blocked' },
        cause: { code: 'dependency', culprit: 'validation.disk@n2' },
      },
      { type: 'state-changed', state: 'failed', text: null },
    ] as DeploymentEventBody[]);
    await planner.untilState(transaction, 'failed');
    const shown = (await section()) as { validations: { id: string; members: { node: string }[] }[] }[];
    const members = Object.fromEntries(
      shown.flatMap(({ validations }) => validations.map(({ id, members: all }) => [id, all])),
    );
    const time = expect.stringMatching(/^2.*Z$/) as string;
    expect(members['clock']?.[0]).toMatchObject({
      node: 'n1',
      result: 'warned',
      since: time,
      text: expect.stringContaining('code 3'),
    });
    expect(members['disk']?.[1]).toMatchObject({
      node: 'n2',
      result: 'failed',
      since: time,
      text: expect.stringContaining('code 4'),
    });
    expect(members['ready']?.[0]).toMatchObject({ node: 'n1', result: 'blocked', since: time });
    expect(members['disk']?.[0]).toMatchObject({ node: 'n1', result: 'waiting', since: null });
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
    // That of n1 is from the deployment above.
    expect(results).toEqual([
      ['clock', 'n1', 'warned', expect.stringContaining('code 3')],
      ['clock', 'n2', 'warned', 'exit code 1'],
      ['disk', 'n2', 'failed', 'exit code 3'],
    ]);
  });
});
