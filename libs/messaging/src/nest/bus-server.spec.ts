import { COMMANDS_QUEUE, messageKind, QUESTIONS_QUEUE } from '@muster/protocol';
import { problem, ProblemsError } from '@muster/problems';
import { waitUntil } from '@muster/testkit';
import { type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { retryLater, type Verdict } from '../bus';
import { memoryLog } from '../bus-contract.testing';
import { InProcessBroker } from '../in-process-broker';
import type { InProcessBus } from '../in-process-bus';
import { makeEnvelope } from '../message';
import { BusContext } from './bus-context';
import { BusController } from './bus-controller';
import { BusServer } from './bus-server';

const greet = messageKind('executor.test.greet', 1, z.object({ name: z.string() }));
const note = messageKind('executor.test.note', 1, z.object({ text: z.string() }));
const unhandled = messageKind('executor.test.unhandled', 1, z.object({}));

const notes: string[] = [];

@BusController()
class TestHandlers {
  @MessagePattern(greet.schema)
  async greet(@Payload() { name }: { name: string }): Promise<{ greeting: string }> {
    if (name === 'nobody')
      throw new ProblemsError([problem('API_NOT_FOUND', { subject: 'nobody', summary: 'nobody is there' })]);
    if (name === 'bug') throw new TypeError('we were wrong');
    return { greeting: `hello ${name}` };
  }

  @EventPattern<string>(note.schema)
  async note(@Payload() { text }: { text: string }, @Ctx() context: BusContext): Promise<Verdict | void> {
    notes.push(`${text} ${context.attempt}`);
    if (text === 'later' && notes.filter((each) => each.startsWith('later')).length < 3) return retryLater('soon');
    if (text === 'broken') throw new Error('cannot note this');
  }
}

@Module({ controllers: [TestHandlers] })
class TestModule {}

describe('Nest handlers on the bus', () => {
  const log = memoryLog();
  const broker = new InProcessBroker({ log, pace: { delayMs: 1, delayMaxMs: 2, heldMaxMs: 1000 } });
  let app: INestMicroservice;
  let bus: InProcessBus;

  beforeAll(async () => {
    bus = broker.connect();
    app = await NestFactory.createMicroservice(TestModule, {
      strategy: new BusServer({
        bus: broker.connect(),
        log,
        queues: [
          { queue: COMMANDS_QUEUE, prefetch: 4 },
          { queue: QUESTIONS_QUEUE, prefetch: 4 },
        ],
        kinds: [greet, note],
      }),
      logger: false,
    });
    await app.listen();
  });
  beforeEach(() => notes.splice(0));
  afterAll(async () => {
    await app.close();
    await bus.close();
  });

  it('reply with what they return', async () => {
    expect(await bus.request(COMMANDS_QUEUE, makeEnvelope(greet, { name: 'ada' }), 1000)).toEqual({
      ok: true,
      body: { greeting: 'hello ada' },
    });
  });

  it('reply with the problems they throw', async () => {
    expect(await bus.request(COMMANDS_QUEUE, makeEnvelope(greet, { name: 'nobody' }), 1000)).toMatchObject({
      ok: false,
      problems: [{ code: 'API_NOT_FOUND', summary: 'nobody is there' }],
    });
  });

  it('answer a question that met a bug, since nobody asks twice', async () => {
    expect(await bus.request(QUESTIONS_QUEUE, makeEnvelope(greet, { name: 'bug' }), 1000)).toMatchObject({
      ok: false,
      problems: [{ code: 'API_INTERNAL', summary: 'TypeError: we were wrong' }],
    });
  });

  it('decide by a verdict what becomes of an event', async () => {
    await bus.send(COMMANDS_QUEUE, makeEnvelope(note, { text: 'later' }));
    await waitUntil('it was handled', () => notes.length === 3);
    expect(notes).toEqual(['later 1', 'later 1', 'later 1']);
  });

  it('that throw are tried again up to the limit, and the service goes on', async () => {
    await bus.send(COMMANDS_QUEUE, makeEnvelope(note, { text: 'broken' }));
    await bus.send(COMMANDS_QUEUE, makeEnvelope(note, { text: 'fine' }));
    await waitUntil('it was given up', () => notes.includes(`broken ${COMMANDS_QUEUE.deliveriesMax}`));
    await waitUntil('it is put away', () => broker.queue(COMMANDS_QUEUE.deadLetters).waiting.length === 1);
    expect(notes).toContain('fine 1');
  });

  it.each([
    [
      'a body that is not valid',
      { ...makeEnvelope(note, { text: 'x' }), body: { text: 7 } },
      'invalid executor.test.note: text',
    ],
    ['a newer version', { ...makeEnvelope(note, { text: 'x' }), version: 2 }, 'newer'],
    ['a schema that nobody handles', makeEnvelope(unhandled, {}), 'nobody here handles executor.test.unhandled'],
    ['something else altogether', 'hello' as never, 'a message without a schema'],
  ])('are spared %s: it is parked with the reason', async (_what, envelope, reason) => {
    const letters = broker.queue(COMMANDS_QUEUE.deadLetters);
    const before = letters.waiting.length;
    await bus.send(COMMANDS_QUEUE, envelope);
    await waitUntil('it is put away', () => letters.waiting.length === before + 1);
    expect(letters.waiting.at(-1)?.reason).toContain(reason);
    expect(notes).toEqual([]);
    const asked = await bus.request(COMMANDS_QUEUE, envelope, 1000);
    expect(asked).toMatchObject({ ok: false, problems: [{ code: 'API_INTERNAL' }] });
  });
});
