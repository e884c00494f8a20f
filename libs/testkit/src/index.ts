/**
 * For tests and tools only: real services that may be broken, and what suites share.
 * Promises to leave nothing running and nothing behind, also when the test that asked for it is killed.
 */
export { fuelData, readFuel } from './fuel-data';
export { type BrokerControl, brokerControl, type BrokerControlDescription } from './services/broker-control';
export { type DatabaseWay, openDatabaseWay } from './services/database-way';
export { freePort } from './services/free-port';
export { findProgram } from './services/find-program';
export { type HostsOptions, startHosts } from './services/hosts';
export {
  ensureInstalled,
  nodeRequirements,
  postgresRequirement,
  rabbitmqRequirement,
  type Requirement,
} from './services/machine';
export { type CollectedSpan, TestCollector } from './services/test-collector';
export { TestOidcProvider } from './services/test-oidc-provider';
export { obtainPostgres, POSTGRES_VARIABLE, startPostgres } from './services/postgres';
export { type PrivateFolder, privateFolder } from './services/private-folder';
export { descendants, isAlive, killAll } from './services/process-tree';
export {
  type Broker,
  obtainRabbitmq,
  RABBITMQ_CONTROL_VARIABLE,
  RABBITMQ_VARIABLE,
  type RabbitmqOptions,
  startRabbitmq,
} from './services/rabbitmq';
export type { PrivateBroker } from './services/rabbitmq-daemon';
export { type ProgramOptions, type ProgramResult, runProgram, tryProgram } from './services/run-program';
export { typescriptCommand } from './services/run-typescript';
export type { PrivateService, Service, ServiceKind } from './services/service';
export { isRoot, runAs } from './services/service-user';
export { makeSshKey, type SshKey } from './services/ssh-keys';
export { startSshd, type SshdOptions, type TestSshd } from './services/sshd';
export type { SshdSettings } from './services/sshd-config';
export { createTestDatabase, TEMPLATES_VARIABLE, type TestDatabase, type TestTemplate } from './services/test-database';
export type { TestHost, TestHosts } from './services/test-host';
export { createTestVhost, type TestVhost } from './services/test-vhost';
export { waitUntil } from './services/wait-until';
