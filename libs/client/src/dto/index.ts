export * from './bundles';
export * from './clusters';
export * from './events';
export * from './nodes';
export * from './page';
export * from './plans';
export * from './pools';
export * from './transactions';
