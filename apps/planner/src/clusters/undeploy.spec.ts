import { SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const URL = '/api/v1/clusters/c1';

type End = 'succeeded' | 'succeeded-with-failures' | 'failed';

describe('what is live', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    const release = {
      ...SMALL_RELEASE,
      'graphs/deletion/tasks.yaml': "- { id: erase, type: shell, role: [web], parameters: { cmd: 'true' } }\n",
      'graphs/after/tasks.yaml': "- { id: after, type: shell, role: [web], parameters: { cmd: 'true' } }\n",
    };
    expectStatus(await planner.publish(release), 201);
    // Its tasks are left out where nothing changed.
    const compared = {
      ...release,
      'release.yaml': release['release.yaml'].replace('1.0.0', '1.1.0'),
      'tasks.yaml': release['tasks.yaml'].replaceAll('role: [web],', 'role: [web], inputs: {},'),
    };
    expectStatus(await planner.publish(compared), 201);
  });
  beforeEach(async () => {
    await planner.clear();
    expectStatus(await planner.apply(), 200);
  });
  afterAll(() => planner.close());

  const codes = (body: { problems: { code: string }[] }) => body.problems.map(({ code }) => code);
  const live = async () => (await planner.get(URL)).body.liveRevision as number | null;
  const kept = async () =>
    (
      await planner.database.query<{ task: string }[]>(
        'SELECT s.definition FROM planner.last_success s JOIN planner.cluster c ON c.id = s.cluster_id',
      )
    ).length;
  async function deployed(tasks: readonly string[], body: object = {}, state: End = 'succeeded') {
    const { transaction, deployment } = await planner.deploy(body);
    if (state === 'succeeded') await planner.executor.succeed(deployment, tasks);
    else
      await planner.executor.tell(deployment, [
        { type: 'accepted' },
        { type: 'state-changed', state: 'running', text: null },
        { type: 'tasks-ended', tasks: [...tasks], state: 'failed' },
        { type: 'state-changed', state, text: null },
      ]);
    await planner.untilState(transaction, state);
  }
  const ALL = ['a@n1', 'a@n2', 'b@n1', 'b@n2'];
  const ERASED = ['erase@n1', 'erase@n2'];
  const deletion = { graphs: ['deletion'] };

  it('is taken away by the whole graph deletion: then nothing counts as done, and the cluster can be deleted', async () => {
    await deployed(ALL);
    expect([await live(), await kept()]).toEqual([1, 4]);
    const refused = await planner.delete(URL);
    expect([refused.status, codes(refused.body)]).toEqual([409, ['CLUSTER_LIVE']]);
    expect(refused.body.problems[0].remedy).toContain('deletion');
    await deployed(ERASED, deletion);
    expect([await live(), await kept()]).toEqual([null, 0]);
    const { tasks } = (await planner.post(`${URL}/plans`)).body;
    expect(tasks.map(({ reason }: { reason: { code: string } }) => reason.code)).not.toContain('unchanged');
    expectStatus(await planner.delete(URL), 204);
  });

  it.each([
    ['deletion', 'after', null],
    ['deletion', 'default', 1],
    ['default', 'deletion', null],
  ])('is what the last of the graphs that tell it says: %s and then %s', async (first, second, then) => {
    await deployed(ALL);
    const TASKS: Readonly<Record<string, string[]>> = {
      deletion: ERASED,
      default: ALL,
      after: ['after@n1', 'after@n2'],
    };
    const { transaction, deployment } = await planner.deploy({ graphs: [first, second] });
    await planner.executor.succeed(deployment, TASKS[first] ?? []);
    await planner.executor.succeed(await planner.untilStarted(transaction, 2), TASKS[second] ?? []);
    await planner.untilState(transaction, 'succeeded');
    expect(await live()).toBe(then);
  });

  it('is nothing from the end of the graph deletion on: what comes after it is done again, and may fail', async () => {
    const reasons = async () => {
      const { tasks } = (await planner.post(`${URL}/plans`)).body as { tasks: { reason: { code: string } }[] };
      return tasks.map(({ reason }) => reason.code);
    };
    expectStatus(await planner.apply(smallCluster().replace('small@1.0.0', 'small@1.1.0')), 200);
    await deployed(ALL);
    expect(await reasons()).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged']);
    const { transaction, deployment } = await planner.deploy({ graphs: ['deletion', 'default'] });
    await planner.executor.succeed(deployment, ERASED);
    const second = await planner.untilStarted(transaction, 2);
    expect([await live(), await kept()]).toEqual([null, 0]);
    const planned = await planner.database.query<{ state: string }[]>(
      'SELECT state FROM planner.task WHERE deployment_id = $1',
      [second],
    );
    expect(planned.map(({ state }) => state)).not.toContain('skipped');
    await planner.executor.tell(second, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'tasks-ended', tasks: [...ALL], state: 'failed' },
      { type: 'state-changed', state: 'failed', text: null },
    ]);
    await planner.untilState(transaction, 'failed');
    expect(await live()).toBeNull();
    expect(await reasons()).not.toContain('unchanged');
  });

  it.each<[string, object, End, string[]]>([
    ['a trial run', { ...deletion, noop: true }, 'succeeded', ERASED],
    ['some of the nodes', { ...deletion, nodes: ['n1'] }, 'succeeded', ['erase@n1']],
    ['some of the tasks', { ...deletion, tasks: ['erase@n2'] }, 'succeeded', ['erase@n2']],
    ['a subgraph', { ...deletion, subgraphs: ['erase:erase'] }, 'succeeded', ERASED],
    ['one that fails', deletion, 'failed', ERASED],
    ['one that fails on nodes within a tolerance', deletion, 'succeeded-with-failures', ['erase@n1']],
    ['checks alone', { graphs: ['verify'] }, 'succeeded', []],
  ])('stays so after %s', async (_, body, state, tasks) => {
    await deployed(ALL);
    await deployed(tasks, body, state);
    expect(await live()).toBe(1);
    expect(codes((await planner.delete(URL)).body)).toEqual(['CLUSTER_LIVE']);
  });

  it.each<[string, object, string[]]>([
    ['a trial run', { noop: true }, ALL],
    ['some of the nodes', { nodes: ['n1'] }, ['a@n1', 'b@n1']],
    ['some of the tasks', { tasks: ['a'] }, ['a@n1', 'a@n2']],
    ['a subgraph', { subgraphs: ['a:b'] }, ALL],
  ])('is nothing after %s; what was done on machines guards the cluster all the same', async (_, body, tasks) => {
    await deployed(tasks, body);
    expect(await live()).toBeNull();
    const isReal = !('noop' in body);
    const answer = await planner.delete(URL);
    expect([answer.status, isReal ? codes(answer.body) : []]).toEqual(isReal ? [409, ['CLUSTER_LIVE']] : [204, []]);
    if (isReal) expect(answer.body.problems[0].summary).toMatch(/\d of its tasks have succeeded on machines/);
  });

  it('is the revision that was deployed, not the newest; either can be compared', async () => {
    await deployed(ALL);
    expectStatus(await planner.patch(`${URL}/settings`, { port: 81 }), 200);
    expect((await planner.get(URL)).body).toMatchObject({ liveRevision: 1, revision: 2 });
    const { body } = await planner.get(`${URL}/diff?from=live&to=head`);
    expect(body).toMatchObject({ from: 1, to: 2, changes: [{ path: ['settings', 'port'], before: 80, after: 81 }] });
    await deployed(ALL);
    expect(await live()).toBe(2);
  });
});
