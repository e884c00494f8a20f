/**
 * Typed client of the planner's HTTP API, for the CLI, the console and other people's programs.
 * Promises to need nothing but `fetch`, to send each write once however often it is tried, to keep no state on disk,
 * and to never log; it does not interpret what the server says.
 */
export { BundleRoutes } from './bundle-routes';
export { ApiError, ServerUnreachable } from './client-error';
export type { ConnectionOptions } from './connection';
export * from './dto';
export type { EventFilter } from './event-routes';
export type { FollowOptions } from './event-stream';
export { MusterClient } from './muster-client';
export { type SseEvent, SseParser } from './sse-parser';
