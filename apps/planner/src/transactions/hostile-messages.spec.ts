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
  gatheredOutput,
  taskOutput,
} from '@muster/protocol';
import { waitUntil } from '@muster/testkit';
import { TestPlanner } from '../testing/test-planner.testing';

/** Every kind of message that the planner takes, and where. */
const KINDS = [
  [EVENTS_QUEUE, deploymentEvents],
  [OUTPUT_QUEUE, taskOutput],
  [OUTPUT_QUEUE, gatheredOutput],
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

  it('change nothing where they are well-formed, but of what is not there, of another project, or with a gap', async () => {
    const { transaction, deployment } = await planner.deploy();
    const [at, task] = [1, 'a@n1'];
    const started = { type: 'attempt-started', task, attempt: 1, at } as const;
    const events = (of: string, seqs: readonly number[]) =>
      makeEnvelope(deploymentEvents, {
        deployment: of,
        executor: 'x',
        events: seqs.map((seq) => ({ ...started, seq })),
      });
    const dead = planner.broker.queue(EVENTS_QUEUE.deadLetters).waiting;
    const before = dead.length;
    const { bus } = planner.executor;
    await bus.send(EVENTS_QUEUE, events(randomUUID(), [1]));
    await bus.send(EVENTS_QUEUE, events(deployment, [1, 3]));
    await bus.send(EVENTS_QUEUE, events(deployment, [2, 1]));
    await waitUntil('all are put away', () => dead.length === before + 3);
    const reasons = dead.slice(before).map(({ reason }) => reason?.replace(/[0-9a-f-]{36}/, 'X'));
    expect(reasons.sort()).toEqual([
      'deployment X is not known here',
      'its events have a gap',
      'its events have a gap',
    ]);
    const chunk = { task, attempt: 1, stream: 'stdout', offset: 0, data: 'eA==' } as const;
    await bus.send(OUTPUT_QUEUE, makeEnvelope(taskOutput, { ...chunk, deployment: randomUUID() }));
    await bus.send(
      OUTPUT_QUEUE,
      makeEnvelope(gatheredOutput, { chunks: [{ ...chunk, deployment, task: 'nothing@n1' }] }),
    );
    await waitUntil('they are taken', () => planner.broker.queue(OUTPUT_QUEUE.name).waiting.length === 0);
    const control = { project: 'other', transaction, verb: 'cancel' as const, who: 'x' };
    expect(await bus.request(CONTROLS_QUEUE, makeEnvelope(controlTransaction, control), 10_000)).toMatchObject({
      ok: false,
      problems: [{ code: 'API_NOT_FOUND' }],
    });
    const [{ count, last_seq: lastSeq }] = await planner.database.query(
      `SELECT (SELECT count(*) FROM planner.output_chunk)::int + (SELECT count(*) FROM planner.attempt)::int AS count,
         last_seq FROM planner.deployment WHERE id = $1`,
      [deployment],
    );
    expect([count, lastSeq]).toEqual([0, 0]);
    expect(planner.executor.controls).toEqual([]);
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
