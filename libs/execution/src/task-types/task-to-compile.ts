import type { GraphTask, JsonObject } from '@muster/model';
import type { NodeTarget } from '../ports/node-port';
import { ParameterWrong } from './parameter';

/** A task as its type sees it: parameters with secrets opened. */
export interface TaskToCompile {
  readonly task: GraphTask;
  readonly parameters: JsonObject;
  readonly noop: boolean;
  /** The node that carries `master`; null: the cluster names none. */
  readonly master: NodeTarget | null;
  /** The task's own node, whatever machine carries it out; null at the sync point. */
  readonly node: NodeTarget | null;
}

/** For types that cannot tell what they would change: planning leaves them out under noop, so nobody ought to ask. */
export function refuseNoop(it: TaskToCompile): void {
  if (it.noop) throw new ParameterWrong(`a ${it.task.type} task cannot tell in noop what it would change`);
}

/** The task's own node, for types that act on it from elsewhere. */
export function ownNode({ task, node }: TaskToCompile): NodeTarget {
  if (node === null) throw new ParameterWrong(`${task.node} is no node that a ${task.type} task could act on`);
  return node;
}
