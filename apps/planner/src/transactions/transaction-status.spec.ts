import { waitUntil } from '@muster/testkit';
import { SMALL_RELEASE } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const sizes = { stdout: 0, stderr: 0 };

describe('the status of a transaction', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());

  const statesOf = async (transaction: string) => {
    const { body } = await planner.get(`/api/v1/transactions/${transaction}`);
    const tasks = Object.entries<{ state: string }>(body.graphs[0].tasks);
    return Object.fromEntries(tasks.map(([task, { state }]) => [task, state]));
  };

  it('shows as ready what only policies keep from running', async () => {
    const { transaction, deployment } = await planner.deploy();
    expect(await statesOf(transaction)).toMatchObject({ 'a@n1': 'waiting', 'b@n1': 'waiting' });
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
    ]);
    await planner.untilState(transaction, 'running');
    expect(await statesOf(transaction)).toEqual({
      'a@n1': 'ready',
      'a@n2': 'ready',
      'b@n1': 'waiting',
      'b@n2': 'waiting',
    });
    await planner.executor.tell(deployment, [
      { type: 'attempt-started', task: 'a@n1', attempt: 1 },
      { type: 'attempt-ended', task: 'a@n1', attempt: 1, result: { kind: 'exited', code: 0, sizes } },
      { type: 'tasks-ended', tasks: ['a@n1'], state: 'succeeded' },
    ]);
    await waitUntil('a@n1 has ended', async () => (await statesOf(transaction))['a@n1'] === 'succeeded');
    expect(await statesOf(transaction)).toMatchObject({ 'a@n2': 'ready', 'b@n1': 'ready', 'b@n2': 'waiting' });
  });

  it('sees through barriers', async () => {
    const { transaction, deployment } = await barred();
    const all = Array.from({ length: 6 }, (_, at) => `a@m${at}`);
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'tasks-ended', tasks: all.slice(1), state: 'succeeded' },
    ]);
    await waitUntil('most have ended', async () => (await statesOf(transaction))['a@m5'] === 'succeeded');
    expect(await statesOf(transaction)).toMatchObject({ 'a@m0': 'ready', 'b@m0': 'waiting', 'b@m5': 'waiting' });
    await planner.executor.tell(deployment, [{ type: 'tasks-ended', tasks: all.slice(0, 1), state: 'skipped' }]);
    await waitUntil('all have ended', async () => (await statesOf(transaction))['a@m0'] === 'skipped');
    expect(await statesOf(transaction)).toMatchObject({ 'b@m0': 'ready', 'b@m5': 'ready' });
  });

  /** A deployment where every `b` waits for every `a`: enough pairs for the plan to have a barrier. */
  async function barred(): Promise<{ transaction: string; deployment: string }> {
    const release = {
      ...SMALL_RELEASE,
      'release.yaml': 'name: barred\nversion: 1.0.0\nroles: { web: {} }\n',
      'tasks.yaml': `- { id: a, type: shell, version: 2.0.0, role: [web], parameters: { cmd: echo a } }
- { id: b, type: shell, version: 2.0.0, role: [web], cross-depends: [{ name: a }], parameters: { cmd: echo b } }
`,
    };
    expectStatus(await planner.publish(release), 201);
    for (let at = 0; at < 6; at++)
      planner.executor.hostKeys.set(`192.0.2.${at + 10}`, `SHA256:${String.fromCharCode(97 + at).repeat(43)}`);
    const nodes = Array.from({ length: 6 }, (_, at) => `  m${at}: { address: 192.0.2.${at + 10}, roles: [web] }\n`);
    const source = `cluster: c2\nrelease: barred@1.0.0\nnodes:\n${nodes.join('')}`;
    const identities = Object.fromEntries(nodes.map((_, at) => [`m${at}`, 'private key']));
    const body = { source, sourceName: 'c2.yaml', identities, acceptHostKeys: true };
    expectStatus(await planner.put('/api/v1/clusters/c2', body), 200);
    expect((await planner.post('/api/v1/clusters/c2/plans')).body.barriers).not.toEqual([]);
    return planner.deploy({ cluster: 'c2' });
  }

  it('says of tasks that were tried what they wait for, and never that they run', async () => {
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      ...['a@n1', 'a@n2'].flatMap((task) => [
        { type: 'attempt-started' as const, task, attempt: 1 },
        {
          type: 'attempt-ended' as const,
          task,
          attempt: 1,
          result: { kind: 'exited' as const, code: 7, sizes },
        },
      ]),
      { type: 'retry-set', task: 'a@n1', notBefore: 1_000 },
      { type: 'task-held', task: 'a@n2', cause: 'onFailure' },
      { type: 'state-changed', state: 'paused', text: 'waits for a person' },
    ]);
    await planner.untilState(transaction, 'paused');
    const status = (await planner.get(`/api/v1/transactions/${transaction}`)).body;
    expect(status.graphs[0].tasks).toMatchObject({
      'a@n1': { state: 'ready', attempts: 1, exitCode: 7, reason: 'tries again at 1970-01-01T00:00:01.000Z' },
      'a@n2': { state: 'ready', reason: 'failed: waits for a person to retry, skip or cancel' },
    });
    expect(status.progress.running).toEqual([]);
  });

  it('says, as why does, what kept executors from reading what is stored, and not where the tasks say it', async () => {
    const text = 'the graph cannot be read: unexpected end of file';
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [{ type: 'accepted' }, { type: 'state-changed', state: 'failed', text }]);
    await planner.untilState(transaction, 'failed');
    const path = `/api/v1/transactions/${transaction}`;
    expect((await planner.get(path)).body.problems).toMatchObject([{ code: 'DEPLOY_UNREADABLE', summary: text }]);
    const why = (await planner.get(`${path}/tasks/${encodeURIComponent('a@n1')}/why`)).body;
    expect(why.reasons).toMatchObject([{ code: 'DEPLOY_UNREADABLE', text: expect.stringContaining(text) as string }]);
    const other = await planner.deploy({ force: true });
    await planner.executor.tell(other.deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'tasks-ended', tasks: ['a@n1', 'a@n2', 'b@n1', 'b@n2'], state: 'failed' },
      { type: 'state-changed', state: 'failed', text: '2 nodes failed' },
    ]);
    await planner.untilState(other.transaction, 'failed');
    expect((await planner.get(`/api/v1/transactions/${other.transaction}`)).body.problems).toEqual([]);
  });
});
