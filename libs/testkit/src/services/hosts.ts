import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';
import { LoopbackHost } from './loopback-host';
import { ensureInstalled, nodeRequirements } from './machine';
import { NamespaceHost } from './namespace-host';
import { canUseNamespaces, createNamespaceNetwork } from './namespace-network';
import { privateFolder } from './private-folder';
import { isRoot } from './service-user';
import { makePrivilegeSeparationFolder, type SshdSettings, writeSshdConfig } from './sshd-config';
import { sshAccess } from './sshd';
import { makeSshKey, sshProgram } from './ssh-keys';
import type { HostMachine, HostPlan, TestHost, TestHosts } from './test-host';

export interface HostsOptions {
  /** Default: namespaces where they are allowed. */
  readonly kind?: TestHost['kind'];
  readonly settings?: SshdSettings;
}

/**
 * Starts `count` "machines" named `host1`..., reached by SSH with one key; each with its own host key and folders.
 *
 * As root where the kernel allows, each lives in namespaces: it has its own network, processes and boot id, reboots
 * when a command in it reboots, and dies whole. Elsewhere each is an sshd on 127.0.1.x, and then: the boot id never
 * changes, processes of all machines see each other, a cut link is an sshd that is stopped (what was sent meanwhile
 * arrives at `restoreLink`), and `kill` finds commands by their environment or working folder.
 * Files are shared in both kinds, but each machine has a home of its own: `dataDir`. Give the launcher `stateDir`.
 */
export async function startHosts(count: number, options: HostsOptions = {}): Promise<TestHosts> {
  await ensureInstalled(nodeRequirements);
  const kind = options.kind ?? ((await canUseNamespaces()) ? 'namespace' : 'loopback');
  const sshd = await sshProgram('sshd');
  const folder = await privateFolder('hosts');
  const identity = await makeSshKey(join(folder.path, 'identity'));
  const network = kind === 'namespace' ? await createNamespaceNetwork() : null;
  const machines: HostMachine[] = [];
  const stop = async (): Promise<void> => {
    for (const machine of machines) await machine.remove();
    await network?.remove();
    await folder.remove();
  };
  const make = async (n: number): Promise<TestHost> => {
    const name = `host${n}`;
    const own = join(folder.path, name);
    const [stateDir, dataDir] = [join(own, 'state'), join(own, 'data')];
    await mkdir(own);
    await mkdir(stateDir, { mode: 0o700 });
    await mkdir(dataDir, { mode: 0o755 });
    // On a host in name only it would be this machine that boots.
    const reboot = network ? 'exec reboot -f' : 'echo "this host cannot boot" >&2; exit 1';
    await writeFile(join(own, 'reboot'), `#!/bin/sh\n${reboot}\n`, { mode: 0o755 });
    const address = network ? network.address(n) : `127.0.1.${n}`;
    const port = network ? 22 : await freePort(address);
    const hostKey = await makeSshKey(join(own, 'host_key'));
    // Only root can give a terminal to the group that sshd wants it to have; who asks for one of another sshd loses the session.
    const noTerminal = isRoot() ? '' : ' ANSIBLE_SSH_USETTY=False';
    const settings = {
      SetEnv: `MUSTER_TEST_HOST=${own} HOME=${dataDir} MUSTER_STATE_DIR=${stateDir} MUSTER_REBOOT=${own}/reboot${noTerminal}`,
      ...options.settings,
    };
    const configFile = await writeSshdConfig({ folder: own, address, port, hostKey, authorized: [identity], settings });
    const plan: HostPlan = { name, address, port, folder: own, stateDir, dataDir, configFile, sshd };
    const machine = network
      ? await NamespaceHost.create(plan, network.bridge, network.namespace(n))
      : new LoopbackHost(plan);
    machines.push(machine);
    await machine.boot();
    return {
      kind,
      name,
      ...sshAccess(address, port, userInfo().username, identity, hostKey),
      stateDir,
      dataDir,
      get boots() {
        return machine.boots;
      },
      kill: () => machine.kill(),
      boot: () => machine.boot(),
      cutLink: () => machine.cutLink(),
      restoreLink: () => machine.restoreLink(),
    };
  };
  try {
    await makePrivilegeSeparationFolder();
    const hosts = await Promise.all(Array.from({ length: count }, (_, index) => make(index + 1)));
    return { kind, hosts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
