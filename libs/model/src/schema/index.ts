/**
 * JSON Schema (draft 2020-12, interpreted) about values: what does not fit, what is secret. An entry of its own, since it
 * brings a library of regular expressions that most users of the vocabulary do not need.
 */
export { isHostname, isIpv4, isIpv6 } from './formats';
export { HOST_KEY_PATTERN, isNodeAddress, isStateFolder, LOGIN_PATTERN } from './node-fields';
export { pointedTo } from './json-pointer';
export { safePattern } from './safe-pattern';
export { mapAtPaths, secretPaths } from './secret-paths';
export { type SchemaFault, validateJson } from './validate';
