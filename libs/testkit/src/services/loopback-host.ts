import { readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemon } from './daemon';
import { descendants, killAll, signalAll, stopAll } from './process-tree';
import { runAs } from './service-user';
import { greets } from './sshd';
import type { HostMachine, HostPlan } from './test-host';

/** A machine in name only: an sshd on a loopback address. Differences: see `startHosts`. */
export class LoopbackHost implements HostMachine {
  boots = 0;
  #daemon: Daemon | null = null;

  constructor(private readonly plan: HostPlan) {}

  async boot(): Promise<void> {
    const { name, sshd, configFile, folder, address, port } = this.plan;
    const argv = [...(await runAs(null)), sshd, '-D', '-e', '-f', configFile];
    this.#daemon = await Daemon.start({ name: `host ${name}`, argv, logFile: join(folder, 'log') });
    await this.#daemon.untilReady(() => greets(address, port));
    this.boots += 1;
  }

  async kill(): Promise<void> {
    const daemon = this.#daemon;
    if (!daemon || daemon.isEnded) return;
    const sessions = await descendants(daemon.pid);
    await daemon.end('SIGKILL');
    await killAll(sessions);
    // Until nothing is found: what is being ended may start more.
    for (let left = await this.#inhabitants(); left.length > 0; left = await this.#inhabitants()) await killAll(left);
  }

  async cutLink(): Promise<void> {
    await stopAll(await this.#servers());
  }

  async restoreLink(): Promise<void> {
    signalAll(await this.#servers(), 'SIGCONT');
  }

  async remove(): Promise<void> {
    await this.kill();
  }

  /** sshd and its sessions, without the commands in them. */
  async #servers(): Promise<number[]> {
    if (!this.#daemon) return [];
    const all = [this.#daemon.pid, ...(await descendants(this.#daemon.pid))];
    const names = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')));
    return all.filter((_, index) => names[index]?.startsWith('sshd'));
  }

  /** Processes that left their session: they still have our mark in their environment, or work in our folder. */
  async #inhabitants(): Promise<number[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
    const mark = Buffer.from(`MUSTER_TEST_HOST=${this.plan.folder}`).toString('latin1');
    const isOurs = async (pid: string): Promise<boolean> => {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      if (environment.split('\0').includes(mark)) return true;
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return cwd === this.plan.folder || cwd.startsWith(`${this.plan.folder}/`);
    };
    const flags = await Promise.all(pids.map(isOurs));
    return pids.filter((_, index) => flags[index]).map(Number);
  }
}
