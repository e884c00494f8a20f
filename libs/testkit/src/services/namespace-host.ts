import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Daemon } from './daemon';
import { descendants, killAll } from './process-tree';
import { runProgram } from './run-program';
import { runAs } from './service-user';
import { greets } from './sshd';
import type { HostMachine, HostPlan } from './test-host';

/** First process of the machine, in namespaces of its own; becomes sshd, which also reaps what is left behind. */
const hostScript = `set -e
mount -t proc proc /proc
mount --bind "$1/boot_id" /proc/sys/kernel/random/boot_id
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -m 755 /run/sshd
mount --bind "$5" "$6"
hostname "$2"
exec "$3" -D -e -f "$4"
`;

/** A machine in namespaces on the bridge; needs root. */
export class NamespaceHost implements HostMachine {
  boots = 0;
  #daemon: Daemon | null = null;
  #isOn = false;

  private constructor(
    private readonly plan: HostPlan,
    private readonly namespace: string,
    private readonly link: string,
    private readonly prefix: readonly string[],
  ) {}

  /** Makes the network namespace and its link; the machine is off. */
  static async create(plan: HostPlan, bridge: string, id: string): Promise<NamespaceHost> {
    const link = `${id}l`;
    const inside = ['ip', 'netns', 'exec', id];
    await runProgram(['ip', 'netns', 'add', id]);
    await runProgram(['ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', id]);
    await runProgram(['ip', 'link', 'set', link, 'master', bridge, 'up']);
    await runProgram([...inside, 'ip', 'addr', 'add', `${plan.address}/24`, 'dev', 'eth0']);
    await runProgram([...inside, 'ip', 'link', 'set', 'lo', 'up']);
    await runProgram([...inside, 'ip', 'link', 'set', 'eth0', 'up']);
    return new NamespaceHost(plan, id, link, await runAs(null));
  }

  async boot(): Promise<void> {
    const { folder, name, sshd, configFile, address, port, dataDir } = this.plan;
    await writeFile(join(folder, 'boot_id'), `${randomUUID()}\n`);
    const unshare = ['unshare', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'];
    const host = ['/bin/sh', '-c', hostScript, 'host', folder, name, sshd, configFile, dataDir, userInfo().homedir];
    const argv = [...this.prefix, 'ip', 'netns', 'exec', this.namespace, ...unshare, ...host];
    const daemon = await Daemon.start({ name: `host ${name}`, argv, logFile: join(folder, 'log') });
    await daemon.untilReady(() => greets(address, port));
    this.#daemon = daemon;
    this.#isOn = true;
    this.boots += 1;
    // An end that we did not ask for is a reboot from inside, which ends a namespace's first process.
    void daemon.ended
      .then(() => (this.#isOn && this.#daemon === daemon ? this.boot() : undefined))
      .catch(() => undefined);
  }

  async kill(): Promise<void> {
    this.#isOn = false;
    const daemon = this.#daemon;
    if (!daemon || daemon.isEnded) return;
    const inside = await descendants(daemon.pid);
    await daemon.end('SIGKILL');
    // The kernel ends the rest with the first process; wait until it has.
    await killAll(inside);
  }

  async cutLink(): Promise<void> {
    await runProgram(['ip', 'link', 'set', this.link, 'down']);
  }

  async restoreLink(): Promise<void> {
    await runProgram(['ip', 'link', 'set', this.link, 'up']);
  }

  async remove(): Promise<void> {
    await this.kill();
    await runProgram(['ip', 'netns', 'del', this.namespace]);
  }
}
