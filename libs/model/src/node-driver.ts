import { isJsonObject, type JsonObject } from './json';
import { MASTER } from './names';
import type { SealedSecret } from './secret';
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

/** What can be asked of a machine's power; each is the driver action of that name behind `power-`. */
export const POWER_ACTIONS = ['on', 'off', 'cycle', 'status'] as const;
export type PowerAction = (typeof POWER_ACTIONS)[number];

export type DriverCommands = Readonly<Partial<Record<DriverAction, string>>>;

/** What commands are to know of one machine, by name: the address of its management board, a password. */
export type DriverSettings = Readonly<Record<string, string | SealedSecret>>;

/** Names of settings are names of files. */
export const DRIVER_SETTING_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * How machines are made, erased and switched. `ssh-existing`: they are there already. `commands`: each action is a shell
 * command on the master node; an action without one is not supported.
 */
export type NodeDriverSpec =
  { readonly type: 'ssh-existing' } | { readonly type: 'commands'; readonly commands: DriverCommands };

/** What one node has of its own; `commands` that are absent are the cluster's. */
export type OwnDriver =
  | { readonly type: 'ssh-existing' }
  | { readonly type: 'commands'; readonly commands?: DriverCommands; readonly settings?: DriverSettings };

/** The driver of a cluster that names none. */
export const DEFAULT_DRIVER: NodeDriverSpec = { type: 'ssh-existing' };

/** The driver of a node as it is asked, from its own and the cluster's. Commands that nobody gives leave one that can do nothing. */
export function driverOfNode(own: OwnDriver | null, ofCluster: NodeDriverSpec | null): OwnDriver {
  if (own === null) return ofCluster ?? DEFAULT_DRIVER;
  if (own.type === 'ssh-existing') return own;
  const commands = own.commands ?? (ofCluster?.type === 'commands' ? ofCluster.commands : {});
  return { type: 'commands', commands, ...(own.settings ? { settings: own.settings } : {}) };
}

/** Task types that ask the node driver; planning writes the node's driver into their parameters, as `driver`. */
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
