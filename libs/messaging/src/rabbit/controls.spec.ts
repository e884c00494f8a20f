import { CONTROLS_QUEUE, TOPOLOGY } from '@muster/protocol';
import { createTestVhost, type TestVhost, waitUntil } from '@muster/testkit';
import { connect } from 'amqplib';
import { memoryLog } from '../bus-contract.testing';
import { DONE } from '../bus';
import { RabbitBus } from './rabbit-bus';

describe('a program that sends controls by a broker user of its own', () => {
  let vhost: TestVhost;
  beforeAll(async () => {
    vhost = await createTestVhost();
  });
  afterAll(() => vhost.drop());

  it('reaches the planner by the exchange, and is answered where it says', async () => {
    const bus = await RabbitBus.open({ url: vhost.url, name: 'planner', log: memoryLog(), topology: TOPOLOGY });
    const got: unknown[] = [];
    await bus.consume(
      CONTROLS_QUEUE,
      async ({ content }) => {
        got.push(content);
        return { verdict: DONE, reply: { ok: true, body: { command: 'c', effect: 'taken' } } };
      },
      { prefetch: 1 },
    );
    const connection = await connect(vhost.url);
    try {
      const channel = await connection.createChannel();
      const answers: unknown[] = [];
      await channel.consume(
        'amq.rabbitmq.reply-to',
        (message) => {
          if (message) answers.push([message.properties.correlationId, JSON.parse(message.content.toString())]);
        },
        { noAck: true },
      );
      const envelope = {
        id: '7d0c6a51-6c0c-4e0e-8a34-0d5c3a6b1f01',
        schema: 'planner.transaction.control',
        version: 1,
      };
      channel.publish(
        'planner.controls.v1',
        '',
        Buffer.from(JSON.stringify({ ...envelope, sentAt: 'now', body: {} })),
        {
          replyTo: 'amq.rabbitmq.reply-to',
          correlationId: 'mine',
        },
      );
      await waitUntil('it is answered', () => answers.length > 0);
      expect(got).toMatchObject([envelope]);
      expect(answers).toEqual([['mine', { ok: true, body: { command: 'c', effect: 'taken' } }]]);
    } finally {
      await connection.close();
      await bus.close();
    }
  });
});
