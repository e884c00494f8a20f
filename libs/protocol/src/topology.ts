/**
 * Queues and exchanges between the services, as data that both brokers are built from. Their arguments cannot be changed
 * once a broker has them: a change is a new version in the name. Prefixes say who reads, so that a broker's rights can
 * be cut narrow: `planner.`, `executor.`, `plugin.`. On a broker each queue has a fanout exchange of its own name, and is reached by
 * it alone: who may write to the default exchange may send to every queue.
 */
export type QueueTopology =
  /** Durable and replicated; nothing is lost. A message delivered `deliveriesMax` times in vain goes to the dead letters. */
  | {
      readonly kind: 'work';
      readonly name: string;
      readonly deadLetters: string;
      readonly deliveriesMax: number;
      /** Only one of the consumers receives at a time, so that order holds; another takes over when it is gone. */
      readonly singleActive: boolean;
    }
  /** For questions: worth nothing once the asker has given up, so they expire with the asker's patience. */
  | { readonly kind: 'questions'; readonly name: string }
  /** Refuses what would make it larger than `bytesMax`; what it holds may be lost with the broker. */
  | { readonly kind: 'bounded'; readonly name: string; readonly bytesMax: number };

/** Where messages reach whoever listens at the moment, and nobody else. */
export interface ExchangeTopology {
  readonly kind: 'fanout' | 'topic';
  readonly name: string;
}

function workQueue(name: string, deliveriesMax: number, singleActive = false): QueueTopology & { kind: 'work' } {
  return { kind: 'work', name, deadLetters: `${name}.dead`, deliveriesMax, singleActive };
}

/** Commands to executors; any of them stores it in the inbox. */
export const COMMANDS_QUEUE = workQueue('executor.commands.v1', 20);
/** Questions to executors: why, missed events, host keys. */
export const QUESTIONS_QUEUE = { kind: 'questions', name: 'executor.questions.v1' } as const satisfies QueueTopology;
/**
 * Questions to executors that a machine has to be asked for, and that may so take long: never before those about deployments.
 */
export const INSPECTIONS_QUEUE = {
  kind: 'questions',
  name: 'executor.inspections.v1',
} as const satisfies QueueTopology;
/** States of deployments to the planner. One planner at a time, since order saves it from asking for what it misses. */
export const EVENTS_QUEUE = workQueue('planner.events.v1', 100, true);
/** Controls of transactions from other programs, by the exchange of the same name. */
export const CONTROLS_QUEUE = workQueue('planner.controls.v1', 20);
/** Releases and plugins that publish themselves, in parts, by the exchange of the same name. */
export const PUBLICATIONS_QUEUE = workQueue('plugin.publications.v1', 20);
/** Output of tasks to the planner. */
export const OUTPUT_QUEUE = {
  kind: 'bounded',
  name: 'planner.output.v1',
  bytesMax: 64 * 1024 * 1024,
} as const satisfies QueueTopology;

/**
 * How answers reach the planner: a direct exchange; each planner listens by a queue whose name begins with it. The broker's own
 * road for replies leads through the default exchange, which executors are not to write to.
 */
export const REPLIES_EXCHANGE = 'planner.replies.v1';

/** Tells every executor to look into the inbox. */
export const NUDGE_EXCHANGE = { kind: 'fanout', name: 'executor.nudge.v1' } as const satisfies ExchangeTopology;
/** The event feed, for other programs; routed by `feedRoutingKey`. */
export const FEED_EXCHANGE = { kind: 'topic', name: 'planner.events' } as const satisfies ExchangeTopology;

/** Project and kind of an event: `default.transaction.ended`. Dots of a project's name become `_`, so that words count. */
export function feedRoutingKey(project: string, kind: string): string {
  return `${project.replaceAll('.', '_')}.${kind}`;
}

/** Everything that a broker must have. */
export interface Topology {
  readonly queues: readonly QueueTopology[];
  readonly exchanges: readonly ExchangeTopology[];
}

export const TOPOLOGY: Topology = {
  queues: [
    COMMANDS_QUEUE,
    QUESTIONS_QUEUE,
    INSPECTIONS_QUEUE,
    EVENTS_QUEUE,
    CONTROLS_QUEUE,
    PUBLICATIONS_QUEUE,
    OUTPUT_QUEUE,
  ],
  exchanges: [NUDGE_EXCHANGE, FEED_EXCHANGE],
};
