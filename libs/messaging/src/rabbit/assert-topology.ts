import type { QueueTopology, Topology } from '@muster/protocol';
import type { Channel, Options } from 'amqplib';

/** Makes sure that the broker has everything. Fails when it has something of the same name with other arguments. */
export async function assertTopology(channel: Channel, topology: Topology): Promise<void> {
  for (const queue of topology.queues) {
    if (queue.kind === 'work') await channel.assertQueue(queue.deadLetters, deadLetterOptions);
    await channel.assertQueue(queue.name, queueOptions(queue));
    if (queue.kind !== 'work' || queue.exchange === undefined) continue;
    await channel.assertExchange(queue.exchange, 'fanout', { durable: true });
    await channel.bindQueue(queue.name, queue.exchange, '');
  }
  for (const exchange of topology.exchanges)
    await channel.assertExchange(exchange.name, exchange.kind, { durable: true });
}

const deadLetterOptions: Options.AssertQueue = {
  durable: true,
  // Dead letters are looked at by people; a flood of them must not fill the broker's disk.
  arguments: { 'x-queue-type': 'quorum', 'x-max-length-bytes': 256 * 1024 * 1024 },
};

function queueOptions(queue: QueueTopology): Options.AssertQueue {
  switch (queue.kind) {
    case 'work':
      return {
        durable: true,
        arguments: {
          'x-queue-type': 'quorum',
          'x-delivery-limit': queue.deliveriesMax,
          'x-dead-letter-exchange': '',
          'x-dead-letter-routing-key': queue.deadLetters,
          // Otherwise a dead letter may be lost on its way; at-least-once wants the overflow rule beside it.
          'x-dead-letter-strategy': 'at-least-once',
          'x-overflow': 'reject-publish',
          ...(queue.singleActive ? { 'x-single-active-consumer': true } : {}),
        },
      };
    // Durable though their messages are not: newer brokers refuse queues that are neither durable nor exclusive.
    case 'questions':
      return { durable: true, arguments: { 'x-queue-type': 'classic' } };
    case 'bounded':
      return {
        durable: true,
        arguments: { 'x-queue-type': 'classic', 'x-max-length-bytes': queue.bytesMax, 'x-overflow': 'reject-publish' },
      };
  }
}
