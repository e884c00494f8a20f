import { DRIVER_ACTIONS, DRIVER_SETTING_PATTERN, isJsonObject, type JsonObject } from '@muster/model';
import type { NodeDriver } from '../../ports/node-driver';
import { encodeBase64 } from '../encode-base64';
import { ParameterWrong } from '../parameter';

/**
 * Machines that are made, erased and switched by shell commands, on the master node. A command is told of the node in variables,
 * of the task's parameters in the file `$MUSTER_PARAMETERS` (JSON), and of the settings of the node's driver in the files
 * `$MUSTER_SETTINGS/NAME`, which its login user alone can read. It returns 0 once the action is done: after `provision` the
 * node answers.
 */
export function commandsDriver(described: JsonObject): NodeDriver {
  const commands = mappingOf(described, 'commands');
  const settings = Object.entries(mappingOf(described, 'settings'));
  return {
    operation(action, { target, parameters }) {
      const command = commands[action];
      if (typeof command !== 'string') {
        const known = DRIVER_ACTIONS.filter((each) => typeof commands[each] === 'string');
        return {
          unsupported: `the node's driver has no command for "${action}" (it has ${known.join(', ') || 'none'})`,
        };
      }
      const { name, address, port, user, hostKey } = target;
      return {
        operation: {
          kind: 'command',
          script: `export MUSTER_PARAMETERS="$MUSTER_ATTEMPT_DIR"/parameters.json MUSTER_SETTINGS="$MUSTER_ATTEMPT_DIR"/settings\n${command}\n`,
          files: [
            { path: 'parameters.json', content: { base64: encodeBase64(JSON.stringify(parameters)) } },
            ...settings.map(([setting, value]) => ({
              path: `settings/${settingName(setting)}`,
              content: { base64: encodeBase64(String(value)) },
            })),
          ],
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

function mappingOf(described: JsonObject, key: string): JsonObject {
  const { [key]: mapping = null } = described;
  return isJsonObject(mapping) ? mapping : {};
}

/** It becomes the name of a file. */
function settingName(name: string): string {
  if (DRIVER_SETTING_PATTERN.test(name)) return name;
  throw new ParameterWrong(`the node's driver has a setting ${JSON.stringify(name.slice(0, 80))}, which is no name`);
}
