/**
 * The vocabulary as types: names, releases, clusters, task definitions, task graphs, states and what ends them.
 * Promises to hold no behaviour beyond reading and printing its own values, and to know no IO, clock or randomness.
 */
export * from './attempt-result';
export * from './cluster';
export * from './deployment-event';
export * from './json';
export * from './merge-patch';
export * from './names';
export * from './nearest-name';
export * from './node-driver';
export * from './node-facts';
export * from './output-binding';
export * from './pattern-size';
export * from './release';
export * from './secret';
export * from './skip-wish';
export * from './status';
export * from './storable-text';
export * from './task-definition';
export * from './task-graph';
export * from './validation';
