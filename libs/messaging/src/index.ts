/**
 * Messages between services: one bus with two adapters, RabbitMQ and in-process, and Nest's handlers on top of it.
 * Promises that a send that settled is kept, that no failure is silent, and to know no message's meaning.
 */
export * from './bus';
export { BusError, type BusFailure } from './bus-error';
export { InProcessBroker, type InProcessBrokerOptions } from './in-process-broker';
export { InProcessBus } from './in-process-bus';
export { makeEnvelope, MESSAGE_BYTES_MAX } from './message';
export { RETRY_PACE, type RetryPace } from './settle-delivery';
export { BROKER_PARTS, type BrokerPart, type BrokerUser, brokerDefinitions } from './rabbit/broker-definitions';
export type { BrokerTls } from './rabbit/rabbit-link';
export { RabbitBus, type RabbitBusOptions } from './rabbit/rabbit-bus';
export { BusContext } from './nest/bus-context';
export { BusController } from './nest/bus-controller';
export { type AroundHandler, BusServer, type BusServerOptions } from './nest/bus-server';
