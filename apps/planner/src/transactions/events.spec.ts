import { makeEnvelope } from '@muster/messaging';
import type { DeploymentEvent, DeploymentEventBody } from '@muster/model';
import { EVENTS_QUEUE, OUTPUT_QUEUE } from '@muster/protocol';
import { waitUntil } from '@muster/testkit';
import { TestPlanner } from '../testing/test-planner.testing';

const sizes = { stdout: 0, stderr: 0 };
const run = (task: string, code = 0): DeploymentEventBody[] => [
  { type: 'attempt-started', task, attempt: 1 },
  { type: 'attempt-ended', task, attempt: 1, result: { kind: 'exited', code, sizes } },
  code === 0
    ? { type: 'tasks-ended', tasks: [task], state: 'succeeded' }
    : { type: 'tasks-ended', tasks: [task], state: 'failed', cause: { code: 'attempt' } },
];
const whole: DeploymentEventBody[] = [
  { type: 'accepted' },
  { type: 'owner-changed', executor: 'e1', epoch: 1 },
  { type: 'state-changed', state: 'running', text: null },
  ...run('a@n1'),
  ...run('a@n2'),
  ...run('b@n1'),
  ...run('b@n2', 7),
  { type: 'state-changed', state: 'failed', text: 'b@n2 failed' },
];

describe.each([1, 3])('events of a deployment, with %i planners', (planners) => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start(planners)).prepare();
  });
  afterAll(() => planner.close());

  /** The state that an undisturbed run ends in, times aside. */
  const expected = {
    state: 'failed',
    executor: 'e1',
    graphs: [
      {
        state: 'failed',
        tasks: {
          'a@n1': { state: 'succeeded', attempts: 1, exitCode: 0, reason: null },
          'b@n2': { state: 'failed', attempts: 1, exitCode: 7, reason: 'exited with code 7' },
        },
      },
    ],
    progress: { total: 4, ended: 4, running: [], failed: [{ task: 'b@n2', reason: 'exited with code 7' }] },
  };

  async function check(transaction: string): Promise<void> {
    await planner.untilState(transaction, 'failed');
    expect((await planner.get(`/api/v1/transactions/${transaction}`)).body).toMatchObject(expected);
    await waitUntil(
      'the feed tells the end',
      async () => (await planner.feedOf(transaction)).at(-1)?.type === 'transaction.ended',
    );
    const types = (await planner.feedOf(transaction)).map((event) => event.type);
    expect(types).toEqual([
      'transaction.created',
      'transaction.running',
      ...['a@n1', 'a@n2', 'b@n1'].flatMap(() => ['task.running', 'task.succeeded']),
      'task.running',
      'task.failed',
      'transaction.ended',
    ]);
  }

  const oneByOne = (events: readonly DeploymentEvent[]) => events.map((event) => [event]);
  const shuffled = (events: readonly DeploymentEvent[]) =>
    oneByOne(events).sort((a, b) => (((a[0]?.seq ?? 0) * 7) % 16) - (((b[0]?.seq ?? 0) * 7) % 16));

  it.each<[string, (events: readonly DeploymentEvent[]) => readonly (readonly DeploymentEvent[])[]]>([
    ['in one message', (events) => [events]],
    ['one by one', oneByOne],
    ['each twice', (events) => oneByOne(events).flatMap((each) => [each, each])],
    ['overlapping', (events) => events.map((_, index) => events.slice(Math.max(0, index - 3), index + 1))],
    ['in the wrong order', shuffled],
    ['backwards', (events) => oneByOne(events).reverse()],
    ['without the beginning', (events) => [events.slice(9)]],
    ['only the last one', (events) => [events.slice(-1)]],
    ['with holes', (events) => oneByOne(events).filter((_, index) => index % 3 === 2 || index === events.length - 1)],
  ])('give the same state, told %s', async (_, messages) => {
    const { transaction, deployment } = await planner.deploy();
    const events = await planner.executor.tell(deployment, whole, true);
    await Promise.all(messages(events).map((each) => planner.executor.send(deployment, each)));
    await check(transaction);
  });

  it('wait for an executor that can tell what is missing', async () => {
    const { transaction, deployment } = await planner.deploy();
    const events = await planner.executor.tell(deployment, whole, true);
    planner.executor.log.delete(deployment);
    await planner.executor.send(deployment, events.slice(4));
    await waitUntil('it was asked in vain', () => planner.executor.asked.includes('executor.deployment.events'));
    expect((await planner.get(`/api/v1/transactions/${transaction}`)).body.state).toBe('pending');
    planner.executor.log.set(deployment, events);
    await check(transaction);
  });

  it('are kept whatever a node said in them', async () => {
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'attempt-started', task: 'a@n1', attempt: 1 },
      {
        type: 'attempt-ended',
        task: 'a@n1',
        attempt: 1,
        result: { kind: 'unreachable', detail: 'said \0 and \ud800' },
      },
      { type: 'tasks-ended', tasks: ['a@n1'], state: 'failed', cause: { code: 'attempt', text: 'said \0 and \ud800' } },
      { type: 'state-changed', state: 'failed', text: 'said \0' },
    ]);
    await planner.untilState(transaction, 'failed');
    const { body } = await planner.get(`/api/v1/transactions/${transaction}`);
    expect(body.graphs[0].tasks['a@n1'].reason).toBe('said \ufffd and \ufffd');
  });

  it('that can never be applied are put away, and the service goes on', async () => {
    const dead = () => planner.broker.queue(EVENTS_QUEUE.deadLetters).waiting.length;
    const before = dead();
    const unknown = '00000000-0000-4000-8000-000000000000';
    await planner.executor.send(unknown, [{ type: 'accepted', seq: 1, at: 1 }]);
    await planner.executor.send(unknown, [
      { type: 'accepted', seq: 1, at: 1 },
      { type: 'accepted', seq: 3, at: 1 },
    ]);
    const envelope = makeEnvelope(
      { schema: 'planner.deployment.events', version: 1, body: null as never },
      { deployment: 'x' },
    );
    await planner.executor.bus.send(EVENTS_QUEUE, envelope);
    await planner.executor.bus.send(EVENTS_QUEUE, { ...envelope, schema: 'planner.unheard.of' });
    await planner.executor.bus.send(OUTPUT_QUEUE, { ...envelope, schema: 'planner.deployment.output' });
    await waitUntil('all are put away', () => dead() === before + 4);
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, whole);
    await check(transaction);
  });
});
