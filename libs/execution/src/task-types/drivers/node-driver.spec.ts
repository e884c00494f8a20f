import { DRIVER_ACTIONS } from '@muster/model';
import { commandsDriver } from './commands';
import { describeNodeDriver } from './node-driver-contract.testing';
import { sshExisting } from './ssh-existing';

const command =
  'test "$MUSTER_NODE" = "it\'s; touch injected" && test "$MUSTER_NODE_PORT" = 2222 && grep -q x "$MUSTER_PARAMETERS"';

describeNodeDriver('ssh-existing', sshExisting, ['provision', 'power-status', 'power-cycle']);
describeNodeDriver('commands', commandsDriver({ provision: command, erase: command }), ['provision', 'erase']);
describeNodeDriver(
  'commands for everything',
  commandsDriver(Object.fromEntries(DRIVER_ACTIONS.map((action) => [action, command]))),
  DRIVER_ACTIONS,
);
