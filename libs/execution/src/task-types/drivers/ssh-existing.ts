import type { NodeDriver } from '../../ports/node-driver';

/**
 * Machines that are there already and are reached by SSH. To be provisioned they only have to answer: the attempt's own start
 * has connected, checked the host key and what the launcher needs. They can be asked whether they are on, and be rebooted;
 * they cannot be switched on or off, nor erased: who cannot make a machine anew must not destroy it.
 */
export const sshExisting: NodeDriver = {
  operation(action) {
    switch (action) {
      case 'provision':
      case 'power-status':
        return { operation: { kind: 'command', script: 'echo on\n', files: [], env: {}, cwd: null } };
      case 'power-cycle':
        return { operation: { kind: 'reboot' } };
      case 'power-on':
      case 'power-off':
      case 'erase':
      case 'bootstrap':
        return {
          unsupported: `the driver ssh-existing cannot do "${action}": its machines are there already and are not ours to remake`,
        };
    }
  },
};
