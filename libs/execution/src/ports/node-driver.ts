import type { DriverAction, JsonObject } from '@muster/model';
import type { NodeTarget, Operation } from './node-port';

/** What a driver is told of the node that it acts on. */
export interface DrivenNode {
  readonly target: Pick<NodeTarget, 'name' | 'address' | 'port' | 'user' | 'hostKey'>;
  /** The task's own parameters, without the driver. */
  readonly parameters: JsonObject;
}

/**
 * How machines are made, erased and switched. A driver acts through operations: what it does is an attempt like any other,
 * started at most once and found again after a takeover. `carrierOf` says on which machine they run.
 */
export interface NodeDriver {
  /** What carries the action out, or one sentence saying why this driver cannot. Exit code 0 means that it is done. */
  operation(
    action: DriverAction,
    node: DrivenNode,
  ): { readonly operation: Operation } | { readonly unsupported: string };
}
