import type { QueueTopology } from '@muster/protocol';

/** How often a message of this queue may be delivered before it is given up. */
export function deliveriesMax(topology: QueueTopology): number {
  switch (topology.kind) {
    case 'work':
      return topology.deliveriesMax;
    // A question is worth nothing once it has failed: its asker is told nothing and asks again.
    case 'questions':
      return 1;
    // Classic queues do not count deliveries, they only say that there was one before.
    case 'bounded':
      return 2;
  }
}
