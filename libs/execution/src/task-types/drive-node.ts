import { isJsonObject, type DriverAction, type JsonObject } from '@muster/model';
import type { NodeDriver } from '../ports/node-driver';
import type { Operation } from '../ports/node-port';
import { commandsDriver } from './drivers/commands';
import { sshExisting } from './drivers/ssh-existing';
import { ParameterWrong } from './parameter';
import { ownNode, refuseNoop, type TaskToCompile } from './task-to-compile';

/** A task type that asks the node's driver for `action`. */
export function driveNode(action: DriverAction): (it: TaskToCompile) => Operation {
  return (it) => {
    refuseNoop(it);
    const { driver: described = null, ...parameters } = it.parameters;
    if (!isJsonObject(described)) throw new ParameterWrong('the plan names no node driver');
    const answer = driverOf(described).operation(action, { target: ownNode(it), parameters });
    if ('unsupported' in answer) throw new ParameterWrong(answer.unsupported);
    return answer.operation;
  };
}

/** The driver that a plan, or a question about power, describes. */
export function driverOf(described: JsonObject): NodeDriver {
  switch (described['type']) {
    case 'ssh-existing':
      return sshExisting;
    case 'commands':
      return commandsDriver(described);
    default:
      throw new ParameterWrong(`executors of this version know no node driver ${JSON.stringify(described['type'])}`);
  }
}
