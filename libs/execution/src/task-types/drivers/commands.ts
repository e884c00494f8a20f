import { DRIVER_ACTIONS, isJsonObject, type JsonObject } from '@muster/model';
import type { NodeDriver } from '../../ports/node-driver';
import { encodeBase64 } from '../encode-base64';

/**
 * Machines that are made, erased and switched by shell commands of the cluster file, on the master node. A command is told of
 * the node in variables, and of the task's parameters in the file `$MUSTER_PARAMETERS` (JSON); it returns 0 once the action is
 * done: after `provision` the node answers.
 */
export function commandsDriver(commands: JsonObject): NodeDriver {
  return {
    operation(action, { target, parameters }) {
      const command = commands[action];
      if (typeof command !== 'string') {
        const known = DRIVER_ACTIONS.filter((each) => typeof commands[each] === 'string');
        return {
          unsupported: `the cluster's driver has no command for "${action}" (it has ${known.join(', ') || 'none'})`,
        };
      }
      const { name, address, port, user, hostKey } = target;
      return {
        operation: {
          kind: 'command',
          script: `export MUSTER_PARAMETERS="$MUSTER_ATTEMPT_DIR"/parameters.json\n${command}\n`,
          files: [{ path: 'parameters.json', content: { base64: encodeBase64(JSON.stringify(parameters)) } }],
          env: {
            ...{ MUSTER_NODE: name, MUSTER_NODE_ADDRESS: address, MUSTER_NODE_PORT: String(port) },
            ...{ MUSTER_NODE_USER: user, MUSTER_NODE_HOST_KEY: hostKey, MUSTER_ACTION: action },
          },
          cwd: null,
        },
      };
    },
  };
}

/** The commands of a driver's description. */
export function commandsOf(driver: JsonObject): JsonObject {
  const { commands = null } = driver;
  return isJsonObject(commands) ? commands : {};
}
