import type { NodeFailure, NodeTarget, Operation } from './node-port';

/** What a short command came to. `code` null: the connection ended first, as on a machine that boots. */
export type ShellAnswer =
  | { readonly kind: 'exited'; readonly code: number | null; readonly stdout: string; readonly stderr: string }
  | NodeFailure;

/** The exit code of a command that was ended for taking too long. */
export const SHELL_TOO_LATE = 124;

/**
 * Runs short commands beside tasks: without launcher, ticket and claim, over a connection of their own. Nobody asks a second time
 * what became of one, so it is for what a person asks for and looks at.
 */
export interface NodeShell {
  /** Runs it once. It is ended after `patienceMs`. Output is cut at 64 KiB a stream. */
  run(node: NodeTarget, operation: Exclude<Operation, { kind: 'probe' }>, patienceMs: number): Promise<ShellAnswer>;
}
