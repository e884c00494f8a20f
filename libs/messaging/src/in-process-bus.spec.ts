import { CONTRACT_PACE, CONTRACT_TOPOLOGY, describeBusContract, memoryLog } from './bus-contract.testing';
import { InProcessBroker } from './in-process-broker';
import { decodeMessage } from './message';

describeBusContract('the in-process broker', async () => {
  const broker = new InProcessBroker({ log: memoryLog(), topology: CONTRACT_TOPOLOGY, pace: CONTRACT_PACE });
  return {
    connect: async (headers) => broker.connect(headers),
    deadLetters: async (queue) =>
      broker.queue(`${queue}.dead`).waiting.map(({ bytes, reason = '' }) => {
        const content = decodeMessage(bytes);
        return { content: content.ok ? content.value : null, reason };
      }),
    stop: async () => undefined,
  };
});
