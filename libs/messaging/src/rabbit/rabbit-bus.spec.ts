import { createTestVhost, type TestVhost } from '@muster/testkit';
import { connect } from 'amqplib';
import { CONTRACT_PACE, CONTRACT_TOPOLOGY, describeBusContract, memoryLog } from '../bus-contract.testing';
import { deadLettersOf } from './dead-letters.testing';
import { RabbitBus } from './rabbit-bus';

let vhost: TestVhost;
beforeAll(async () => {
  vhost = await createTestVhost();
});
afterAll(() => vhost.drop());

describeBusContract('RabbitMQ', async () => ({
  connect: (headers) =>
    RabbitBus.open({
      url: vhost.url,
      name: 'contract',
      log: memoryLog(),
      topology: CONTRACT_TOPOLOGY,
      pace: CONTRACT_PACE,
      headers,
    }),
  deadLetters: (queue) => deadLettersOf(vhost.url, queue),
  stop: deleteQueues,
}));

async function deleteQueues(): Promise<void> {
  const connection = await connect(vhost.url);
  const channel = await connection.createChannel();
  for (const queue of CONTRACT_TOPOLOGY.queues) {
    await channel.deleteQueue(queue.name);
    if (queue.kind === 'work') await channel.deleteQueue(queue.deadLetters);
  }
  await connection.close();
}
