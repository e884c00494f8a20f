import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { makeEnvelope } from '@muster/messaging';
import {
  adoptNode,
  closeTransaction,
  COMMANDS_QUEUE,
  controlDeployment,
  describeExecutors,
  describePools,
  type Envelope,
  explainTask,
  greetMachines,
  inspectNode,
  INSPECTIONS_QUEUE,
  NUDGE_EXCHANGE,
  nudge,
  QUESTIONS_QUEUE,
  readEvents,
  readLimits,
  releaseTransaction,
  scanHostKey,
  setPool,
  startDeployment,
  type StartDeployment,
} from '@muster/protocol';
import { ExecutorBed, graphTask } from './executor-bed.testing';

/** Every kind of message that an executor takes, and where. */
const KINDS = [
  ...[startDeployment, controlDeployment, releaseTransaction, closeTransaction, adoptNode].map(
    (kind) => [kind.schema, COMMANDS_QUEUE, kind.version] as const,
  ),
  ...[explainTask, readEvents, readLimits, scanHostKey, describeExecutors, describePools, setPool].map(
    (kind) => [kind.schema, QUESTIONS_QUEUE, kind.version] as const,
  ),
  ...[inspectNode, greetMachines].map((kind) => [kind.schema, INSPECTIONS_QUEUE, kind.version] as const),
];

/** Bodies that fit no kind; `executor.describe` takes anything, since it reads nothing. */
const BODIES: readonly unknown[] = [
  null,
  'text',
  5,
  [],
  { deployment: '../x', transaction: 5, nodes: 'none', graph: [] },
  { deployment: randomUUID(), verb: ['pause'], who: {}, task: 5 },
  JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'),
  { deployment: 'x'.repeat(1_000_000), pool: '$(reboot)', address: '-oProxyCommand=x', node: { address: '\n' } },
];

describe('messages that nobody could mean', () => {
  let bed: ExecutorBed;
  beforeAll(async () => {
    bed = await ExecutorBed.open(1);
    await bed.startExecutor();
  });
  afterAll(() => bed.close());

  const works = async () => {
    const { deployment } = await bed.deploy({ tasks: [graphTask('a@n1')] });
    expect((await bed.end(deployment)).outcome).toBe('succeeded');
  };
  const deadLetters = () => bed.broker.queue(COMMANDS_QUEUE.deadLetters).waiting;

  it.each(KINDS)('are refused where somebody waits, and put away where not: %s', async (schema, queue, version) => {
    const envelope = (body: unknown): Envelope => ({
      ...makeEnvelope({ schema, version, body: null as never }, {}),
      body,
    });
    const messages = [
      ...(schema === describeExecutors.schema ? [null, 'text', 5] : BODIES).map(envelope),
      { ...envelope({}), version: version + 1 },
      { ...envelope({}), version: -1 },
      { ...envelope({}), schema: 'executor.unheard.of' },
      { ...envelope({}), schema: '__proto__' },
      { ...envelope({}), id: 'not an id' },
      null,
      [],
      'text',
    ] as Envelope[];
    const before = deadLetters().length;
    for (const message of messages) {
      const reply = await bed.bus.request(queue, message, 10_000);
      expect([message, reply]).toMatchObject([message, { ok: false, problems: [{ severity: 'error' }] }]);
    }
    if (queue.kind !== 'work') return;
    const kept = deadLetters().slice(before);
    expect(kept.map(({ reason }) => typeof reason === 'string' && reason !== '')).toEqual(messages.map(() => true));
  });

  it('do nothing as a nudge', async () => {
    for (const message of [...BODIES, { ...makeEnvelope(nudge, {}), version: 9 }])
      await bed.bus.publish(NUDGE_EXCHANGE, message as Envelope);
    await works();
  });

  it.each<[string, Partial<StartDeployment>]>([
    ['no gzip', { graph: { kind: 'inline', gzip: Buffer.from('rubbish').toString('base64') } }],
    ['no JSON', { graph: { kind: 'inline', gzip: gzipSync('{').toString('base64') } }],
    ['no graph', { graph: { kind: 'inline', gzip: gzipSync('{"tasks":5}').toString('base64') } }],
    ['a bomb', { graph: { kind: 'inline', gzip: gzipSync(Buffer.alloc(256 * 1024 * 1024)).toString('base64') } }],
    ['an artifact that nobody has', { graph: { kind: 'artifact', digest: `sha256:${'0'.repeat(64)}` } }],
    ['a run that nobody knows', { graph: { kind: 'earlier', deployment: randomUUID(), tasks: null } }],
    ['beside, where nothing is', { graph: { kind: 'beside', digest: `sha256:${'1'.repeat(64)}` } }],
  ])('start nothing with a graph that is %s, and say so', async (_, over) => {
    const { reply, deployment } = await bed.deploy({ tasks: [graphTask('a@n1')] }, over);
    expect(reply).toMatchObject({ ok: false, problems: [{ severity: 'error' }] });
    const { ok } = await bed.limits(deployment);
    expect([ok, bed.log(deployment)]).toEqual([false, []]);
    await works();
  });

  it('change nothing of a deployment that is there: a second start under its id, controls and closes of what is not', async () => {
    const task = graphTask('slow@n1', { parameters: { cmd: 'sleep 2' } });
    const { deployment, transaction } = await bed.deploy({ tasks: [task] });
    const other = graphTask('evil@n1', { parameters: { cmd: `touch ${bed.pathOf('n1', 'evil')}` } });
    await bed.deploy({ tasks: [other] }, { deployment, transaction, project: 'other' });
    for (const verb of ['cancel', 'pause', 'skip'] as const)
      expect(await bed.control(randomUUID(), verb, verb === 'skip' ? ['slow@n1'] : undefined)).toMatchObject({
        ok: false,
      });
    await bed.forceClose(randomUUID());
    await bed.release(randomUUID());
    // Stored, and of no effect.
    await bed.control(deployment, 'skip', ['nothing@n1']);
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded', tasks: { 'slow@n1': 'succeeded' } });
    expect(bed.log(deployment).some((event) => JSON.stringify(event).includes('evil'))).toBe(false);
  });

  it('leave nothing behind', () => expect(({} as { admin?: unknown }).admin).toBeUndefined());
});
