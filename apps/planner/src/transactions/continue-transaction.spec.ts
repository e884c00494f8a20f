import type { DeploymentEventBody } from '@muster/model';
import { problem } from '@muster/problems';
import { waitUntil } from '@muster/testkit';
import { smallCluster } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const exited = (task: string, attempt: number, code: number): DeploymentEventBody[] => [
  { type: 'attempt-started', task, attempt },
  { type: 'attempt-ended', task, attempt, result: { kind: 'exited', code, sizes: { stdout: 0, stderr: 0 } } },
  {
    type: 'tasks-ended',
    tasks: [task],
    state: code === 0 ? 'succeeded' : 'failed',
    ...(code === 0 ? {} : { cause: { code: 'attempt' } as const }),
  },
];
const begun: readonly DeploymentEventBody[] = [
  { type: 'accepted' },
  { type: 'owner-changed', executor: 'fake', epoch: 1 },
  { type: 'state-changed', state: 'running', text: null },
];

describe('a transaction that has ended', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterEach(() => planner.executor.refusals.clear());
  afterAll(() => planner.close());

  const statusOf = async (transaction: string) => (await planner.get(`/api/v1/transactions/${transaction}`)).body;
  const control = (transaction: string, body: object) =>
    planner.post(`/api/v1/transactions/${transaction}/controls`, { reason: 'mended', ...body });
  const problemsOf = (response: { body: { problems: { code: string; subject: string }[] } }) =>
    response.body.problems.map(({ code, subject }) => `${code} ${subject}`);

  /** a@n1 fails and blocks b@n1; the other two succeed. */
  async function fail(body: object = {}): Promise<{ transaction: string; deployment: string }> {
    const deployed = await planner.deploy(body);
    await planner.executor.tell(deployed.deployment, [
      ...begun,
      ...exited('a@n1', 1, 7),
      { type: 'tasks-ended', tasks: ['b@n1'], state: 'blocked', cause: { code: 'dependency', culprit: 'a@n1' } },
      ...exited('a@n2', 1, 0),
      ...exited('b@n2', 1, 0),
      { type: 'state-changed', state: 'failed', text: '1 tasks failed, first a@n1' },
    ]);
    await planner.untilState(deployed.transaction, 'failed');
    return deployed;
  }

  it('is gone on with as a further run of the same graph, of which only the failed is told to run', async () => {
    const { transaction, deployment } = await fail();
    const before = await statusOf(transaction);
    expectStatus(await control(transaction, { verb: 'resume' }), 202);
    const next = await planner.untilStarted(transaction, 2);
    const start = planner.executor.starts.at(-1);
    expect(start).toMatchObject({
      ...{ transaction, run: 2, final: true, who: 'admin', why: 'mended', cluster: 'c1' },
      graph: { kind: 'earlier', deployment, tasks: null },
    });
    expect(start?.nodes.map(({ name }) => name)).toEqual(['n1', 'n2']);
    expect(start?.artifacts.length).toBe(planner.executor.starts[0]?.artifacts.length);
    const pending = await statusOf(transaction);
    expect(pending.state).toBe('pending');
    expect(pending.endedAt).toBeNull();

    await planner.executor.tell(next, [
      { type: 'accepted' },
      {
        type: 'carried-over',
        tasks: [
          { task: 'a@n1', attempts: 1 },
          { task: 'a@n2', attempts: 1, end: 'succeeded', endedAt: 1 },
          { task: 'b@n1', attempts: 0 },
          { task: 'b@n2', attempts: 1, end: 'succeeded', endedAt: 1 },
        ],
      },
      ...begun.slice(1),
      ...exited('a@n1', 2, 0),
      ...exited('b@n1', 1, 0),
      { type: 'state-changed', state: 'succeeded', text: null },
    ]);
    await planner.untilState(transaction, 'succeeded');
    const after = await statusOf(transaction);
    const tasks = after.graphs[0].tasks;
    expect(tasks['a@n2']).toEqual(before.graphs[0].tasks['a@n2']);
    expect(tasks['a@n1']).toMatchObject({ state: 'succeeded', attempts: 2, exitCode: 0, reason: null });
    expect(tasks['b@n1']).toMatchObject({ state: 'succeeded', attempts: 1, reason: null });
    expect(after.progress).toMatchObject({ total: 4, ended: 4, failed: [] });
    expect(after.runs).toMatchObject([
      { run: 1, type: 'default', state: 'failed', deployment, who: 'admin', why: null },
      { run: 2, type: 'default', state: 'succeeded', deployment: next, who: 'admin', why: 'mended' },
    ]);
    expect(after.controls).toMatchObject([{ run: 2, verb: 'resume', who: 'admin', why: 'mended', state: 'taken' }]);
    // What succeeded in the further run is recorded, so that the next plan knows of it.
    const successes = await planner.database.query(
      'SELECT definition, node, fingerprint IS NOT NULL AS known FROM planner.last_success WHERE transaction_id = $1 ORDER BY 1, 2',
      [transaction],
    );
    expect(successes).toHaveLength(4);
    expect(successes.every((each: { known: boolean }) => each.known)).toBe(true);
    const log = await planner.feedOf(transaction);
    expect(log.filter(({ type }) => type === 'transaction.ended')).toHaveLength(2);
  });

  it('has chosen tasks tried again, and refuses those that succeeded and those that are not there', async () => {
    const { transaction, deployment } = await fail();
    const refused = await control(transaction, { verb: 'retry', tasks: ['a@n2', 'zz@n1'] });
    expect(problemsOf(refused)).toEqual(['CONTROL_NOT_POSSIBLE task a@n2', 'API_NOT_FOUND task zz@n1']);
    expect((await statusOf(transaction)).controls).toEqual([]);
    expectStatus(await control(transaction, { verb: 'retry', tasks: ['a@n1'] }), 202);
    await planner.untilStarted(transaction, 2);
    expect(planner.executor.starts.at(-1)?.graph).toEqual({ kind: 'earlier', deployment, tasks: ['a@n1'] });
  });

  it('can be tried again after executors refused it, from the same run', async () => {
    const { transaction, deployment } = await fail();
    const claimed = problem('DEPLOY_NODE_CLAIMED', { subject: 'node n1', summary: 'claimed by transaction x' });
    planner.executor.refusals.set('executor.deployment.start', [claimed]);
    const refused = await control(transaction, { verb: 'resume' });
    expect([refused.status, problemsOf(refused)]).toEqual([409, ['DEPLOY_NODE_CLAIMED node n1']]);
    await planner.untilState(transaction, 'failed');
    expect((await statusOf(transaction)).graphs[0].tasks['a@n2'].state).toBe('succeeded');
    planner.executor.refusals.clear();
    expectStatus(await control(transaction, { verb: 'resume' }), 202);
    await planner.untilStarted(transaction, 3);
    expect(planner.executor.starts.at(-1)?.graph).toMatchObject({ deployment });
  });

  it('is not gone on with once another transaction has used its nodes', async () => {
    const { transaction } = await fail();
    const other = await planner.deploy();
    await planner.executor.tell(other.deployment, begun);
    await planner.untilState(other.transaction, 'running');
    const refused = await control(transaction, { verb: 'resume' });
    expect([refused.status, problemsOf(refused)]).toEqual([
      409,
      ['CONTROL_NOT_POSSIBLE node n1', 'CONTROL_NOT_POSSIBLE node n2'],
    ]);
    expect(refused.body.problems[0].summary).toContain(other.transaction);
    // Were it another project's, nothing more would be told.
    await planner.database.query("UPDATE planner.transaction SET project = 'blue' WHERE id = $1", [other.transaction]);
    const elsewhere = await control(transaction, { verb: 'resume' });
    expect(elsewhere.body.problems[0].summary).toBe('A transaction of another project has used it since.');
    expect(elsewhere.text).not.toContain(other.transaction);
    await planner.database.query("UPDATE planner.transaction SET project = 'default' WHERE id = $1", [
      other.transaction,
    ]);
    await planner.executor.tell(other.deployment, [{ type: 'state-changed', state: 'cancelled', text: null }]);
    await planner.untilState(other.transaction, 'cancelled');
  });

  it('goes on to the graph that it did not reach', async () => {
    const { transaction, deployment } = await fail({ graphs: ['default', 'verify'] });
    expectStatus(await control(transaction, { verb: 'retry' }), 202);
    const second = await planner.untilStarted(transaction, 2);
    expect(planner.executor.starts.at(-1)).toMatchObject({ final: false, graph: { kind: 'earlier', deployment } });
    await planner.executor.tell(second, [...begun, { type: 'state-changed', state: 'succeeded', text: null }]);
    const third = await planner.untilStarted(transaction, 3);
    expect(planner.executor.starts.at(-1)).toMatchObject({ final: true, graph: { kind: 'inline' } });
    await planner.executor.tell(third, [...begun, { type: 'state-changed', state: 'failed', text: null }]);
    await planner.untilState(transaction, 'failed');
    expect((await statusOf(transaction)).graphs.map(({ state }: { state: string }) => state)).toEqual([
      'succeeded',
      'failed',
    ]);
    expectStatus(await control(transaction, { verb: 'retry' }), 202);
    const fourth = await planner.untilStarted(transaction, 4);
    expect(planner.executor.starts.at(-1)).toMatchObject({
      final: true,
      graph: { kind: 'earlier', deployment: third },
    });
    const all = Object.keys((await statusOf(transaction)).graphs[1].tasks as object);
    await planner.executor.tell(fourth, [
      ...begun,
      { type: 'tasks-ended', tasks: all, state: 'succeeded' },
      { type: 'state-changed', state: 'succeeded', text: null },
    ]);
    await planner.untilState(transaction, 'succeeded');
    const answer = await control(transaction, { verb: 'resume' });
    expect([answer.status, problemsOf(answer)]).toEqual([409, [`CONTROL_NOT_POSSIBLE transaction ${transaction}`]]);
  });

  it('is not gone on with once its cluster has another revision', async () => {
    const { transaction } = await fail();
    await planner
      .apply(smallCluster().replace('cluster: c1', 'cluster: c1\nenvironment: staging'))
      .then((response) => expectStatus(response, 200));
    const refused = await control(transaction, { verb: 'resume' });
    expect([refused.status, problemsOf(refused)]).toEqual([409, [`CONTROL_NOT_POSSIBLE transaction ${transaction}`]]);
    expect(refused.body.problems[0].summary).toContain('revision');
  });
});

describe('a retry while the transaction runs', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());

  it('shows as waiting what is reopened, and forgets its end', async () => {
    const { transaction, deployment } = await planner.deploy();
    const tasks = async () => (await planner.get(`/api/v1/transactions/${transaction}`)).body.graphs[0].tasks;
    await planner.executor.tell(deployment, [...begun, ...exited('a@n1', 1, 7)]);
    await waitUntil('it has failed', async () => (await tasks())['a@n1'].state === 'failed');
    const answer = await planner.post(`/api/v1/transactions/${transaction}/controls`, {
      verb: 'retry',
      tasks: ['a@n1'],
    });
    expectStatus(answer, 202);
    expect(planner.executor.controls.at(-1)).toMatchObject({ verb: 'retry', tasks: ['a@n1'] });
    const { command } = answer.body;
    await planner.executor.tell(deployment, [
      { type: 'control', command, verb: 'retry', who: 'admin', why: null, tasks: ['a@n1'] },
      { type: 'tasks-reopened', tasks: ['a@n1'] },
    ]);
    await waitUntil('it waits', async () => (await tasks())['a@n1'].state !== 'failed');
    expect(await tasks()).toMatchObject({
      'a@n1': { state: 'ready', attempts: 1, endedAt: null, startedAt: null, reason: null },
    });
    const { controls } = (await planner.get(`/api/v1/transactions/${transaction}`)).body;
    expect(controls).toMatchObject([{ command, verb: 'retry', tasks: ['a@n1'], state: 'taken' }]);
  });
});
