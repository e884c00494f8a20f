/** Names of nodes, roles, releases and task definitions: at most 128 characters. */
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The place of tasks that belong to the cluster and to no node. */
export const SYNC_POINT = 'sync';
/** How the control node is called in a task's address, whatever node carries it. */
export const MASTER = 'master';
/** Words that cannot be names of nodes, since relations use them. */
export const RESERVED_NODE_NAMES: readonly string[] = [SYNC_POINT, MASTER, 'self', 'null'];

/** The project that owns every name until others exist. */
export const DEFAULT_PROJECT = 'default';

/** `definition@node`; unique in a graph. */
export type TaskAddress = string;

/** The address of `definition` on `node` (a node's name, `sync` or `master`). */
export function taskAddress(definition: string, node: string): TaskAddress {
  return `${definition}@${node}`;
}

/** Splits at the last `@`; null unless both parts are there. */
export function parseTaskAddress(address: string): { definition: string; node: string } | null {
  const at = address.lastIndexOf('@');
  if (at <= 0 || at === address.length - 1) return null;
  return { definition: address.slice(0, at), node: address.slice(at + 1) };
}

/** Order by UTF-16 code unit: the same on every machine, unlike a locale's. For `sort`. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
