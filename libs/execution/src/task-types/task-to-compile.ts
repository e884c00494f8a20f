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
}

/** For types that cannot tell what they would change: planning leaves them out under noop, so nobody ought to ask. */
export function refuseNoop(it: TaskToCompile): void {
  if (it.noop) throw new ParameterWrong(`a ${it.task.type} task cannot tell in noop what it would change`);
}
