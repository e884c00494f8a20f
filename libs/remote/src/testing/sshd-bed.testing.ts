import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSshd, type SshdSettings } from '@muster/testkit';
import { startCuttableProxy } from './cuttable-proxy.testing';
import { clearFolder, temporaryFolder, type NodeBed } from './node-bed.testing';

/** A real sshd of this machine, serving the user who runs the tests, with a state folder of its own. */
export async function sshdBed(
  env: Readonly<Record<string, string>> = {},
  settings: SshdSettings = {},
): Promise<NodeBed> {
  const folder = temporaryFolder();
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('boot_id'), '11111111-1111-4111-8111-111111111111\n');
  writeFileSync(file('reboot'), REBOOT);
  chmodSync(file('reboot'), 0o700);
  const variables = {
    MUSTER_STATE_DIR: file('state'),
    MUSTER_BOOT_ID_FILE: file('boot_id'),
    MUSTER_REBOOT: file('reboot'),
    ...env,
  };
  const assignments = Object.entries(variables).map(([name, value]) => `${name}="${value}"`);
  const sshd = await startSshd({ settings: { SetEnv: assignments.join(' '), ...settings } });
  const proxy = await startCuttableProxy(sshd.port);
  const { address, user, hostKey, identity } = sshd;
  return {
    target: {
      name: 'n1',
      address,
      port: proxy.port,
      user,
      become: 'none',
      hostKey,
      identity,
      stateDir: '/var/lib/muster',
      jumps: [],
    },
    stateDir: file('state'),
    dropConnections: async () => proxy.cut(),
    close: async () => {
      await proxy.close();
      await sshd.stop();
      clearFolder(folder);
    },
  };
}

/** In place of the machine's: a new boot id, and the launcher that serves the connection ends, as everything would. */
const REBOOT = `#!/bin/sh
read -r id </proc/sys/kernel/random/uuid
printf '%s\\n' "$id" >"$MUSTER_BOOT_ID_FILE"
read -r boot launcher rest <"$MUSTER_STATE_DIR/holder"
kill -KILL "$launcher"
`;
