import { isJsonObject, type JsonObject } from './json';
import { MASTER } from './names';
import type { TaskType } from './task-definition';

/** What a node driver can be asked for, and the task type that asks. */
export const DRIVER_ACTIONS = [
  'provision',
  'erase',
  'bootstrap',
  'power-status',
  'power-on',
  'power-off',
  'power-cycle',
] as const;
export type DriverAction = (typeof DRIVER_ACTIONS)[number];

/**
 * How the cluster's machines are made, erased and switched. `ssh-existing`: they are there already. `commands`: each action is a
 * shell command on the master node; an action without one is not supported.
 */
export type NodeDriverSpec =
  | { readonly type: 'ssh-existing' }
  | { readonly type: 'commands'; readonly commands: Readonly<Partial<Record<DriverAction, string>>> };

/** The driver of a cluster that names none. */
export const DEFAULT_DRIVER: NodeDriverSpec = { type: 'ssh-existing' };

/** Task types that ask the node driver; planning writes the cluster's driver into their parameters, as `driver`. */
export const DRIVER_TASK_TYPES: ReadonlySet<TaskType> = new Set<TaskType>([
  'provision',
  'erase_node',
  'move_to_bootstrap',
]);

/** Task types that a cluster file has to allow (`allow`), since they do on the master node what a release says for other nodes. */
export const TYPES_TO_ALLOW: ReadonlySet<TaskType> = new Set<TaskType>(['master_shell']);

/**
 * The place whose machine carries a task's command out: its own node, or `master` for types that act on a node from there.
 * The task belongs to its own node all the same: it takes that node's turn, and its failure is that node's.
 */
export function carrierOf(task: {
  readonly node: string;
  readonly type: TaskType;
  readonly parameters: JsonObject;
}): string {
  if (task.type === 'ansible' || task.type === 'master_shell') return MASTER;
  const { driver = null } = task.parameters;
  return DRIVER_TASK_TYPES.has(task.type) && isJsonObject(driver) && driver['type'] === 'commands' ? MASTER : task.node;
}
