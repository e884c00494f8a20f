import { randomUUID } from 'node:crypto';
import type { ControlVerb, DeploymentEventBody } from '@muster/model';
import { type Problem, problem } from '@muster/problems';
import { waitUntil } from '@muster/testkit';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';
import { controlTransaction } from './control-transaction';

describe('a transaction between two graphs', () => {
  let planner: TestPlanner;
  let transaction: string;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  beforeEach(async () => {
    const running = planner.planners.length > 0 ? planner.planners[0] : await planner.add();
    const deployed = await planner.deploy({ graphs: ['default', 'verify'] });
    transaction = deployed.transaction;
    // Nobody is there who would go on with it at once.
    await running?.close();
    planner.planners.pop();
    await planner.database.query("UPDATE planner.deployment SET state = 'succeeded', ended_at = now() WHERE id = $1", [
      deployed.deployment,
    ]);
    await planner.database.query("UPDATE planner.transaction SET state = 'running', advance_due = true WHERE id = $1", [
      transaction,
    ]);
  });
  afterAll(() => planner.close());

  const wish = (verb: 'cancel' | 'drain' | 'pause') => ({
    verb,
    tasks: null,
    limit: null,
    event: null,
    reason: 'enough',
  });
  const stateOf = async () =>
    (
      await planner.database.query('SELECT state, advance_due FROM planner.transaction WHERE id = $1', [transaction])
    )[0];
  const control = (verb: 'cancel' | 'drain' | 'pause', command = randomUUID()) =>
    controlTransaction(
      { database: planner.database, secretBox: planner.secretBox, installation: 'test' },
      { project: 'default', transaction },
      command,
      wish(verb),
      'ada',
    );

  it.each([
    ['cancel', 'cancelled'],
    ['drain', 'stopped'],
  ] as const)('ends at once by %s, and gives its nodes back', async (verb, state) => {
    await control(verb);
    expect(await stateOf()).toEqual({ state, advance_due: false });
    const sent = await planner.database.query(
      "SELECT body FROM planner.outgoing WHERE kind = 'release' AND body->>'transaction' = $1",
      [transaction],
    );
    const deployments = await planner.database.query<{ id: string }[]>(
      'SELECT id FROM planner.deployment WHERE transaction_id = $1',
      [transaction],
    );
    expect(sent).toEqual([{ body: { transaction, last: deployments.at(-1)?.id } }]);
    await expect(control(verb)).rejects.toThrow('CONTROL_NOT_POSSIBLE');
  });

  it('cannot be paused, since nothing runs', async () => {
    await expect(control('pause')).rejects.toThrow('only cancel and drain work');
    expect(await stateOf()).toEqual({ state: 'running', advance_due: true });
  });

  it('is gone on with by a planner that comes later', async () => {
    await planner.add();
    await planner.untilStarted(transaction, 2);
  });
});

describe('a control verb', () => {
  let planner: TestPlanner;
  let path: string;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
    const { transaction, deployment } = await planner.deploy();
    path = `/api/v1/transactions/${transaction}/controls`;
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'tasks-ended', tasks: ['a@n1'], state: 'succeeded' },
      { type: 'attempt-started', task: 'a@n2', attempt: 1 },
      { type: 'attempt-started', task: 'b@n1', attempt: 1 },
      { type: 'retry-set', task: 'b@n1', notBefore: 1 },
    ]);
    const states = async () => (await planner.get(`/api/v1/transactions/${transaction}`)).body.graphs[0].tasks;
    await waitUntil('all is applied', async () => (await states())['b@n1'].state === 'ready');
  });
  afterAll(() => planner.close());

  it.each<[object, number, string[]]>([
    [{ verb: 'skip' }, 400, ['API_INVALID field tasks']],
    [{ verb: 'skip', tasks: [] }, 400, ['API_INVALID field tasks']],
    [{ verb: 'set-limit' }, 400, ['API_INVALID field limit']],
    [{ verb: 'signal' }, 400, ['API_INVALID field event']],
    [{ verb: 'signal', event: '' }, 400, ['API_INVALID field event']],
    [{ verb: 'skip', tasks: ['zz@n1', 'b@n1'] }, 404, ['API_NOT_FOUND task zz@n1']],
    [{ verb: 'retry', tasks: ['a@n1', 'b@n8', 'b@n9'] }, 404, ['API_NOT_FOUND task b@n8', 'API_NOT_FOUND task b@n9']],
  ])('that would do nothing is refused: %j', async (body, status, problems) => {
    const sent = planner.executor.controls.length;
    const response = await planner.post(path, body);
    expect(response.status).toBe(status);
    expect(response.body.problems.map((each: Problem) => `${each.code} ${each.subject}`)).toEqual(problems);
    expect(planner.executor.controls).toHaveLength(sent);
  });

  it('to retry or skip is judged by the executors, whatever the planner has been told so far', async () => {
    const named = { verb: 'retry', tasks: ['a@n2'] };
    const summary = 'It is running; retry works on tasks that did not succeed, or wait to be tried again.';
    planner.executor.refusals.set('executor.deployment.control', [
      problem('CONTROL_NOT_POSSIBLE', { subject: 'task a@n2', summary }),
    ]);
    const refused = await planner.post(path, named);
    planner.executor.refusals.clear();
    expect([refused.status, refused.body.problems]).toMatchObject([409, [{ subject: 'task a@n2', summary }]]);
    expectStatus(await planner.post(path, named), 202);
    expect(planner.executor.controls.at(-1)).toMatchObject(named);
  });

  /** A retry of a deployment that runs, as it is when executors have it and nobody has answered. */
  async function askToRetry() {
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
    ]);
    await planner.untilState(transaction, 'running');
    const sent = planner.executor.controls.length;
    const answer = planner.post(`/api/v1/transactions/${transaction}/controls`, { verb: 'retry' }).then((it) => it);
    await waitUntil('it was sent', () => planner.executor.controls.length > sent);
    const { id } =
      planner.executor.commands.filter(({ schema }) => schema === 'executor.deployment.control').at(-1) ?? {};
    return { transaction, deployment, answer: () => answer, id };
  }

  it('to retry that finds its tasks gone on is told so, and nothing else changes', async () => {
    const { transaction, deployment, answer, id } = await askToRetry();
    await planner.executor.tell(deployment, [
      { type: 'control', command: id ?? '', verb: 'retry', who: 'admin', why: null, tooLate: true },
      { type: 'tasks-ended', tasks: ['a@n1'], state: 'succeeded' },
    ]);
    const { status, body } = await answer();
    expect([status, body.problems[0].code]).toEqual([409, 'CONTROL_NOT_POSSIBLE']);
    expect(body.problems[0].summary).toContain('its tasks had gone on, when retry came');
    const shown = (await planner.get(`/api/v1/transactions/${transaction}`)).body;
    expect([shown.state, shown.graphs[0].tasks['a@n1'].state]).toEqual(['running', 'succeeded']);
  });

  it.each([
    ['judged', { judged: true } as const, undefined],
    [
      'taken without a look by an executor of an earlier version',
      {},
      expect.stringMatching(/does not tell whether retry/),
    ],
  ])('to retry that was %s is told as that', async (_, judged, note) => {
    const { deployment, answer, id } = await askToRetry();
    await planner.executor.tell(deployment, [
      { type: 'control', command: id ?? '', verb: 'retry', who: 'admin', why: null, ...judged },
    ]);
    const { status, body } = await answer();
    expect([status, body]).toEqual([202, { command: id, effect: 'taken', ...(note === undefined ? {} : { note }) }]);
  });

  it('about a limit is sent with it, and told as refused when executors refuse it', async () => {
    const limit = { key: 'nodes', amount: 3 };
    expectStatus(await planner.post(path, { verb: 'set-limit', limit, reason: 'load' }), 202);
    expect(planner.executor.controls.at(-1)).toMatchObject({ verb: 'set-limit', limit, who: 'admin', why: 'load' });
    const refusal = problem('CONTROL_LIMIT_IMPOSSIBLE', { subject: 'limit role:y', summary: 'The graph has none.' });
    planner.executor.refusals.set('executor.deployment.control', [refusal]);
    const refused = await planner.post(path, { verb: 'set-limit', limit: { key: 'role:y', amount: 3 } });
    planner.executor.refusals.clear();
    expect([refused.status, refused.body.problems[0].code]).toEqual([409, 'CONTROL_LIMIT_IMPOSSIBLE']);
    const { controls } = (await planner.get(path.replace('/controls', ''))).body;
    expect(controls.slice(-2)).toMatchObject([
      { verb: 'set-limit', limit, who: 'admin', why: 'load', state: 'sent' },
      { verb: 'set-limit', state: 'refused' },
    ]);
    expect((await planner.post(path, { verb: 'set-limit', limit: { key: 'nodes', amount: 0 } })).status).toBe(400);
  });

  it('to skip is preceded by a look at what depends on the task in the graph that runs', async () => {
    const preview = async (task: string) =>
      (await planner.get(path.replace('controls', `tasks/${task}/skip-preview`))).body;
    expect(await preview('a@n2')).toMatchObject({
      task: 'a@n2',
      state: 'running',
      obstacle: expect.stringMatching(/runs/) as string,
    });
    expect((await preview('a@n2')).dependents).toContainEqual({ task: 'b@n2', state: 'waiting' });
    expect(await preview('b@n2')).toEqual({ task: 'b@n2', state: 'waiting', obstacle: null, dependents: [] });
    expect(await preview('a@n1')).toMatchObject({ obstacle: 'It has ended (succeeded).' });
    expect((await preview('zz@n1')).problems[0].code).toBe('API_NOT_FOUND');
  });

  it('is preceded by a look at the limits, which executors tell', async () => {
    const { body } = await planner.get(path.replace('controls', 'limits'));
    expect(body).toEqual({ limits: [{ key: 'nodes', amount: 2, used: 1, planned: null, holders: ['a@n2'] }] });
  });

  it.each([
    { verb: 'retry' },
    { verb: 'retry', tasks: ['b@n1'] },
    { verb: 'skip', tasks: ['b@n1', 'b@n2'] },
    { verb: 'signal', event: 'approved' },
  ])('that does something is sent: %j', async (body) => {
    expectStatus(await planner.post(path, body), 202);
    expect(planner.executor.controls.at(-1)).toMatchObject(body);
  });
});

describe('a control that finds its graph ended', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterEach(() => planner.executor.refusals.clear());
  afterAll(() => planner.close());

  const send = (transaction: string, body: object) =>
    planner.post(`/api/v1/transactions/${transaction}/controls`, { reason: 'enough', ...body });
  const running: readonly DeploymentEventBody[] = [
    { type: 'accepted' },
    { type: 'state-changed', state: 'running', text: null },
  ];
  const done: DeploymentEventBody = { type: 'state-changed', state: 'succeeded', text: null };
  /** What the owner says of the command that it was sent last. */
  const tooLate = (verb: ControlVerb): DeploymentEventBody => {
    const command = planner.executor.commands.filter((each) => each.schema === 'executor.deployment.control').at(-1);
    return { type: 'control', command: command?.id ?? '', verb, who: 'admin', why: 'enough', tooLate: true };
  };
  const sentTo = (deployment: string) => planner.executor.controls.filter((each) => each.deployment === deployment);
  const start = async (graphs: readonly string[]) => {
    const started = await planner.deploy({ graphs });
    await planner.executor.tell(started.deployment, running);
    await planner.untilState(started.transaction, 'running');
    return started;
  };

  it('is refused in the words of the transaction when nothing follows', async () => {
    const { transaction, deployment } = await start(['default']);
    const sent = planner.executor.controls.length;
    const answer = send(transaction, { verb: 'cancel' }).then((response) => response);
    await waitUntil('it was sent', () => planner.executor.controls.length > sent);
    await planner.executor.tell(deployment, [done, tooLate('cancel')]);
    const { status, body } = await answer;
    expect([status, body.problems[0].code, body.problems[0].subject]).toEqual([
      409,
      'CONTROL_NOT_POSSIBLE',
      `transaction ${transaction}`,
    ]);
    expect(body.problems[0].summary).toContain('had just ended when cancel came');
    await planner.untilState(transaction, 'succeeded');
  });

  it('names the transaction, not the deployment, when executors refuse it after the end', async () => {
    const { transaction, deployment } = await start(['default']);
    const subject = `deployment ${deployment}`;
    const refusal = problem('CONTROL_NOT_POSSIBLE', { subject, summary: 'pause after its end' });
    planner.executor.refusals.set('executor.deployment.control', [refusal]);
    const { status, body } = await send(transaction, { verb: 'pause' });
    expect([status, body.problems[0].subject]).toEqual([409, `transaction ${transaction}`]);
    expect(JSON.stringify(body)).not.toContain(deployment);
    planner.executor.refusals.clear();
    await planner.executor.tell(deployment, [done]);
    await planner.untilState(transaction, 'succeeded');
  });

  it.each([
    ['cancel', 'cancelled'],
    ['drain', 'stopped'],
  ] as const)('stops the next graph by %s, told in the same message as the end', async (verb, state) => {
    const { transaction, deployment } = await start(['default', 'verify']);
    const sent = planner.executor.controls.length;
    const answer = send(transaction, { verb }).then((response) => response);
    await waitUntil('it was sent', () => planner.executor.controls.length > sent);
    await planner.executor.tell(deployment, [done, tooLate(verb)]);
    expectStatus(await answer, 202);
    await planner.untilState(transaction, state);
    expect(planner.executor.starts.filter((each) => each.transaction === transaction)).toHaveLength(1);
    const last = async () => (await planner.feedOf(transaction)).at(-1);
    await waitUntil('its end has its number', async () => (await last())?.type === 'transaction.ended');
    expect(await last()).toMatchObject({ data: { state } });
  });

  it('stops the next graph when executors say that it ended before the planner was told', async () => {
    const { transaction, deployment } = await start(['default', 'verify']);
    const refusal = problem('CONTROL_NOT_POSSIBLE', { subject: `deployment ${deployment}`, summary: 'after its end' });
    planner.executor.refusals.set('executor.deployment.control', [refusal]);
    expectStatus(await send(transaction, { verb: 'cancel' }), 202);
    await planner.executor.tell(deployment, [done]);
    await planner.untilState(transaction, 'cancelled');
    expect(planner.executor.starts.filter((each) => each.transaction === transaction)).toHaveLength(1);
  });

  it('stops the next graph that was sent before the planner was told that it came late', async () => {
    const { transaction, deployment } = await start(['default', 'verify']);
    const sent = planner.executor.controls.length;
    const answer = send(transaction, { verb: 'cancel' }).then((response) => response);
    await waitUntil('it was sent', () => planner.executor.controls.length > sent);
    await planner.executor.tell(deployment, [done]);
    const next = await planner.untilStarted(transaction, 2);
    await planner.executor.tell(deployment, [tooLate('cancel')]);
    expectStatus(await answer, 202);
    await waitUntil('the next graph is sent the stop', () => sentTo(next).length > 0);
    expect(sentTo(next)).toEqual([{ deployment: next, verb: 'cancel', who: 'admin', why: 'enough' }]);
  });

  it('shows a wish to skip while its task waits, and what came of it', async () => {
    const { transaction, deployment } = await start(['default']);
    const tasks = async () => (await planner.get(`/api/v1/transactions/${transaction}`)).body.graphs[0].tasks;
    const asked = (command: string, task: string): DeploymentEventBody => {
      return { type: 'control', command, verb: 'skip', who: 'ada', why: 'known', tasks: [task] };
    };
    await planner.executor.tell(deployment, [
      asked(randomUUID(), 'b@n1'),
      asked(randomUUID(), 'b@n2'),
      { type: 'attempt-started', task: 'a@n1', attempt: 1 },
      asked(randomUUID(), 'a@n1'),
    ]);
    await waitUntil('it is shown', async () => (await tasks())['b@n1'].reason !== null);
    const wish = 'to be skipped when its turn comes, as asked by ada: known';
    expect(await tasks()).toMatchObject({
      'a@n1': { reason: null },
      'b@n1': { reason: wish },
      'b@n2': { reason: wish },
    });
    await planner.executor.tell(deployment, [
      { type: 'tasks-ended', tasks: ['b@n1'], state: 'skipped', cause: { code: 'operator' } },
      { type: 'tasks-ended', tasks: ['b@n2'], state: 'not-run', cause: { code: 'drained', text: 'drained by bob' } },
      { type: 'state-changed', state: 'stopped', text: null },
    ]);
    await planner.untilState(transaction, 'stopped');
    expect(await tasks()).toMatchObject({
      'b@n1': { reason: 'skipped, as asked by ada: known' },
      'b@n2': { reason: 'drained by bob; it ended before the skip asked by ada: known took effect' },
    });
  });
});
