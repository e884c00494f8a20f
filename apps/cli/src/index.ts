/**
 * The command line, as a function of its arguments and of everything outside that it touches.
 * Promises to reach servers through `client` only; data goes to stdout, progress and problems to stderr.
 */
export { ExitCode } from './exit-code';
export type { Io, Sink } from './io/io';
export { runCli } from './run-cli';
