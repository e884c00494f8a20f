import { createHash, randomBytes } from 'node:crypto';
import {
  COMMANDS_QUEUE,
  CONTROLS_QUEUE,
  EVENTS_QUEUE,
  FEED_EXCHANGE,
  INSPECTIONS_QUEUE,
  NUDGE_EXCHANGE,
  OUTPUT_QUEUE,
  PUBLICATIONS_QUEUE,
  QUESTIONS_QUEUE,
  REPLIES_EXCHANGE,
  TOPOLOGY,
} from '@muster/protocol';
import { queuesOf } from './assert-topology';

export const BROKER_PARTS = ['planner', 'executor', 'plugin', 'program', 'reader'] as const;
/**
 * What a user of the broker is for: a plugin publishes itself, a program controls transactions, a reader hears the feed.
 */
export type BrokerPart = (typeof BROKER_PARTS)[number];

export interface BrokerUser {
  readonly name: string;
  readonly part: BrokerPart;
  readonly password: string;
}

interface Permission {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/**
 * Queues that a listener makes for itself, named after the exchange that it listens to; never one of ours, such as the queue
 * `planner.events.v1` beside the exchange `planner.events`.
 */
const own = (exchange: string) => `${exchange}\\.(?!v[0-9]+(\\.|$)).+`;
const anyOf = (...names: readonly string[]) => (names.length === 0 ? '^$' : `^(${names.join('|')})$`);
const literal = (name: string) => name.replaceAll('.', '\\.');

const NUDGE = literal(NUDGE_EXCHANGE.name);
const REPLIES = literal(REPLIES_EXCHANGE);
const FEED = literal(FEED_EXCHANGE.name);

/** Who sends to which queue. Who reads them says their prefix. */
export const SENDERS: ReadonlyMap<string, BrokerPart> = new Map<string, BrokerPart>([
  [COMMANDS_QUEUE.name, 'planner'],
  [QUESTIONS_QUEUE.name, 'planner'],
  [INSPECTIONS_QUEUE.name, 'planner'],
  [EVENTS_QUEUE.name, 'executor'],
  [OUTPUT_QUEUE.name, 'executor'],
  [CONTROLS_QUEUE.name, 'program'],
  [PUBLICATIONS_QUEUE.name, 'plugin'],
]);

const sentBy = (part: BrokerPart) =>
  [...SENDERS].filter(([, sender]) => sender === part).map(([name]) => literal(name));

/**
 * Patterns of queues and exchanges by part. Only the planner writes to the default exchange, by which every queue is
 * reached: it answers other programs.
 */
const permissions: Readonly<Record<BrokerPart, Permission>> = {
  planner: {
    configure: anyOf(own(REPLIES)),
    write: anyOf(
      ...sentBy('planner'),
      'planner\\..+\\.dead',
      'plugin\\..+\\.dead',
      FEED,
      own(REPLIES),
      'amq\\.default',
    ),
    read: anyOf('planner\\..+', 'plugin\\..+'),
  },
  executor: {
    configure: anyOf(own(NUDGE)),
    write: anyOf(...sentBy('executor'), REPLIES, 'executor\\..+\\.dead', NUDGE, own(NUDGE)),
    read: anyOf('executor\\..+'),
  },
  plugin: { configure: anyOf(), write: anyOf(...sentBy('plugin')), read: anyOf() },
  program: { configure: anyOf(), write: anyOf(...sentBy('program')), read: anyOf() },
  reader: { configure: anyOf(own(FEED)), write: anyOf(own(FEED)), read: anyOf(FEED, own(FEED)) },
};

/** A file for `rabbitmqctl import_definitions`: every queue and exchange, and users who may do their part and nothing else. */
export function brokerDefinitions(vhost: string, users: readonly BrokerUser[]): object {
  const queues = TOPOLOGY.queues.flatMap(queuesOf);
  const exchange = (name: string, type: string) => ({
    name,
    vhost,
    type,
    durable: true,
    auto_delete: false,
    internal: false,
    arguments: {},
  });
  return {
    vhosts: [{ name: vhost }],
    users: users.map(({ name, password }) => ({
      name,
      password_hash: passwordHash(password),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: [],
    })),
    permissions: users.map(({ name, part }) => ({ user: name, vhost, ...permissions[part] })),
    queues: queues.map(([name, options]) => ({
      name,
      vhost,
      durable: true,
      auto_delete: false,
      arguments: options.arguments as object,
    })),
    exchanges: [
      ...queues.map(([name]) => exchange(name, 'fanout')),
      ...TOPOLOGY.exchanges.map(({ name, kind }) => exchange(name, kind)),
      exchange(REPLIES_EXCHANGE, 'direct'),
    ],
    bindings: queues.map(([name]) => ({
      source: name,
      vhost,
      destination: name,
      destination_type: 'queue',
      routing_key: '',
      arguments: {},
    })),
  };
}

/** As RabbitMQ keeps passwords: four random bytes, and SHA-256 over them and the password. */
function passwordHash(password: string): string {
  const salt = randomBytes(4);
  const digest = createHash('sha256')
    .update(Buffer.concat([salt, Buffer.from(password)]))
    .digest();
  return Buffer.concat([salt, digest]).toString('base64');
}
