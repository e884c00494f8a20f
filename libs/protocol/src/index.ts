/**
 * Messages between planner and executor: schemas, versions, codecs. The only thing the two share.
 * Promises that a message of this version and of the one before is read, and to know no broker.
 */
export * from './commands';
export * from './envelope';
export * from './events';
export * from './feed';
export * from './packed-graph';
export * from './parameters-apart';
export * from './publications';
export * from './replies';
export * from './topology';
export { digest, id as idField, sealedSecret } from './fields';
