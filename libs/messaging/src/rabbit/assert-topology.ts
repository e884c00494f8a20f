import { type QueueTopology, REPLIES_EXCHANGE, type Topology } from '@muster/protocol';
import type { Channel, Options } from 'amqplib';

/** Looks whether the broker has every queue, for a user who may make none. Fails when one is missing. */
export async function checkTopology(channel: Channel, topology: Topology): Promise<void> {
  for (const queue of topology.queues) for (const [name] of queuesOf(queue)) await channel.checkQueue(name);
}

/** Makes sure that the broker has everything. Fails when it has something of the same name with other arguments. */
export async function assertTopology(channel: Channel, topology: Topology): Promise<void> {
  for (const queue of topology.queues) {
    for (const [name, options] of queuesOf(queue)) {
      await channel.assertQueue(name, options);
      await channel.assertExchange(name, 'fanout', { durable: true });
      await channel.bindQueue(name, name, '');
    }
  }
  await channel.assertExchange(REPLIES_EXCHANGE, 'direct', { durable: true });
  for (const exchange of topology.exchanges)
    await channel.assertExchange(exchange.name, exchange.kind, { durable: true });
}

/** A queue and that of its dead letters, by name; the exchange that feeds each has its name. */
export function queuesOf(queue: QueueTopology): readonly (readonly [string, Options.AssertQueue])[] {
  const own = [queue.name, queueOptions(queue)] as const;
  return queue.kind === 'work' ? [[queue.deadLetters, deadLetterOptions], own] : [own];
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
