import { randomUUID } from 'node:crypto';
import { makeEnvelope } from '@muster/messaging';
import {
  CONTROLS_QUEUE,
  controlTransaction,
  deploymentEvents,
  type Envelope,
  EVENTS_QUEUE,
  OUTPUT_QUEUE,
  PUBLICATIONS_QUEUE,
  publishBundlePart,
  taskOutput,
} from '@muster/protocol';
import { waitUntil } from '@muster/testkit';
import { TestPlanner } from '../testing/test-planner.testing';

/** Every kind of message that the planner takes, and where. */
const KINDS = [
  [EVENTS_QUEUE, deploymentEvents],
  [OUTPUT_QUEUE, taskOutput],
  [CONTROLS_QUEUE, controlTransaction],
  [PUBLICATIONS_QUEUE, publishBundlePart],
] as const;

/** Bodies that fit no kind. */
const BODIES: readonly unknown[] = [
  null,
  'text',
  5,
  [],
  {},
  { deployment: '../x', events: 'none' },
  { transaction: 5, verb: ['pause'], who: {} },
  JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'),
  { deployment: 'x'.repeat(1_000_000) },
  { data: 'x'.repeat(1_200_000), index: -1, parts: 1e9 },
];

describe('messages that nobody could mean', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());

  it.each(KINDS)('are put away with the reason, or dropped where nothing is kept: %#', async (queue, kind) => {
    const envelope = makeEnvelope({ schema: kind.schema, version: kind.version, body: null as never }, {});
    const messages = [
      ...BODIES.map((body) => ({ ...envelope, id: randomUUID(), body })),
      { ...envelope, version: kind.version + 1 },
      { ...envelope, version: -1 },
      { ...envelope, schema: 'planner.unheard.of' },
      { ...envelope, schema: '__proto__' },
      { ...envelope, id: 'not an id' },
      null,
      [],
      'text',
    ] as Envelope[];
    const told = () => planner.log.filter((line) => line.includes('message parked')).length;
    const before = told();
    const dead = queue.kind === 'work' ? planner.broker.queue(queue.deadLetters).waiting.length : 0;
    for (const message of messages) await planner.executor.bus.send(queue, message);
    await waitUntil('all are put away', () => told() === before + messages.length);
    if (queue.kind !== 'work') return;
    const kept = planner.broker.queue(queue.deadLetters).waiting.slice(dead);
    expect(kept.map(({ reason }) => typeof reason === 'string' && reason !== '')).toEqual(messages.map(() => true));
  });

  it.each([
    [CONTROLS_QUEUE, controlTransaction],
    [PUBLICATIONS_QUEUE, publishBundlePart],
  ])('are refused where somebody waits for an answer: %#', async (queue, kind) => {
    const whole = { schema: kind.schema, version: kind.version, body: null as never };
    for (const body of BODIES) {
      const reply = await planner.executor.bus.request(queue, makeEnvelope(whole, body), 10_000);
      expect(reply).toMatchObject({ ok: false, problems: [{ severity: 'error' }] });
    }
  });

  it('do not keep the planner from doing its work', async () => {
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
    ]);
    await planner.untilState(transaction, 'running');
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});
