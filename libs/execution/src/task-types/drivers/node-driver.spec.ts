import { DRIVER_ACTIONS } from '@muster/model';
import type { NodeTarget } from '../../ports/node-port';
import { commandsDriver } from './commands';
import { describeNodeDriver } from './node-driver-contract.testing';
import { sshExisting } from './ssh-existing';

const command =
  'test "$MUSTER_NODE" = "it\'s; touch injected" && test "$MUSTER_NODE_PORT" = 2222 && grep -q x "$MUSTER_PARAMETERS"';

describeNodeDriver('ssh-existing', sshExisting, ['provision', 'power-status', 'power-cycle']);
describeNodeDriver('commands', commandsDriver({ commands: { provision: command, erase: command } }), [
  'provision',
  'erase',
]);
describeNodeDriver(
  'commands for everything',
  commandsDriver({
    commands: Object.fromEntries(
      DRIVER_ACTIONS.map((action) => [action, `${command} && grep -q 'y;$(touch injected)' "$MUSTER_SETTINGS"/secret`]),
    ),
    settings: { secret: 'y;$(touch injected)' },
  }),
  DRIVER_ACTIONS,
);

it('refuses a setting whose name would be a path', () => {
  const driver = commandsDriver({ commands: { erase: 'true' }, settings: { '../key': 'x' } });
  const target = { name: 'n', address: 'a', port: 22, user: 'root', hostKey: '' } as NodeTarget;
  expect(() => driver.operation('erase', { target, parameters: {} })).toThrow('"../key", which is no name');
});
