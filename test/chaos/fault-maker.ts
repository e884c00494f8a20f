import { setTimeout as sleep } from 'node:timers/promises';
import { type TestHosts, tryProgram } from '@muster/testkit';
import { seededNumbers } from '@muster/simulation';
import type { ProductionBed } from '../bed/production-bed';
import { STEADY } from './chaos-cluster';

type Host = TestHosts['hosts'][number];

/** Does harm of every kind, one after another, until it is stopped; then all is whole again. */
export class FaultMaker {
  /** How often each kind was done. */
  readonly done: Record<string, number> = {};
  readonly #chance: () => number;
  /** What is under way, to be waited for at the end. */
  readonly #healing = new Set<Promise<void>>();
  readonly #away = new Set<Host>();
  #isOver = false;
  #isBusy = { database: false, broker: false, planner: false };

  constructor(
    private readonly bed: ProductionBed,
    seed: number,
    private readonly say: (text: string) => void,
  ) {
    this.#chance = seededNumbers(seed);
  }

  async run(): Promise<void> {
    const kinds: Record<string, () => Promise<void> | null> = {
      'executor killed': () => this.#killExecutor(),
      'executor killed again': () => this.#killExecutor(),
      'executor stopped for a while': () => this.#stopExecutor(),
      'executor asked to end': () => this.#endExecutor(),
      'planner killed': () => this.#killPlanner(),
      'broker killed': () => this.#killService('broker'),
      'database killed': () => this.#killService('database'),
      'link cut': () => this.#cutLink(),
      'link cut again': () => this.#cutLink(),
      'machine rebooted': () => this.#reboot(),
      'machine rebooted again': () => this.#reboot(),
      'launcher killed': () => this.#killLauncher(),
    };
    let bag: string[] = [];
    while (!this.#isOver) {
      // Every kind once before any comes again, so that a short run has them all.
      if (bag.length === 0) bag = Object.keys(kinds).sort(() => this.#chance() - 0.5);
      const kind = bag.pop() ?? '';
      const harm = kinds[kind]?.() ?? null;
      if (harm) {
        const name = kind.replace(' again', '');
        this.done[name] = (this.done[name] ?? 0) + 1;
        this.say(name);
        const healing: Promise<void> = harm.finally(() => this.#healing.delete(healing));
        this.#healing.add(healing);
      }
      await sleep(this.#between(1500, 4000));
    }
  }

  /** No more harm; settles when everything is up again. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#healing);
    while (this.bed.executors.length < 2) await this.bed.addExecutor();
  }

  #killExecutor(): Promise<void> | null {
    const executor = this.#takeExecutor();
    if (!executor) return null;
    return this.#later(executor.kill(), 500, 3000, () => this.bed.addExecutor());
  }

  #endExecutor(): Promise<void> | null {
    const executor = this.#takeExecutor();
    if (!executor) return null;
    return this.#later(executor.stop(), 0, 1000, () => this.bed.addExecutor());
  }

  #stopExecutor(): Promise<void> | null {
    const executor = this.#pick(this.bed.executors);
    if (!executor) return null;
    executor.signal('SIGSTOP');
    return this.#later(Promise.resolve(), 1000, 9000, async () => executor.signal('SIGCONT'));
  }

  #killPlanner(): Promise<void> | null {
    if (!this.#begin('planner')) return null;
    return this.#later(this.bed.planner.kill(), 500, 4000, async () => {
      await this.#insist(() => this.bed.restartPlanner());
      this.#isBusy.planner = false;
    });
  }

  #killService(name: 'database' | 'broker'): Promise<void> | null {
    if (!this.#begin(name)) return null;
    const service = name === 'database' ? this.bed.postgres : this.bed.rabbitmq;
    return this.#later(service.kill(), 200, 6000, async () => {
      await service.start();
      this.#isBusy[name] = false;
    });
  }

  #cutLink(): Promise<void> | null {
    return this.#hostAway(this.bed.hosts.hosts, async (host) => {
      await host.cutLink();
      await sleep(this.#between(300, 9000));
      await host.restoreLink();
    });
  }

  #reboot(): Promise<void> | null {
    return this.#hostAway(this.bed.hosts.hosts.slice(STEADY), async (host) => {
      await host.kill();
      await sleep(this.#between(100, 4000));
      await host.boot();
    });
  }

  /** The launcher alone: what it started goes on. */
  #killLauncher(): Promise<void> | null {
    return this.#hostAway(this.bed.hosts.hosts, async ({ address, port, user, identityFile, stateDir }) => {
      const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'ConnectTimeout=5', 'BatchMode=yes'];
      const kill = `read -r boot pid start rest < ${stateDir}/holder && kill -9 "$pid"`;
      const how = options.flatMap((option) => ['-o', option]);
      await tryProgram(['ssh', ...how, '-i', identityFile, '-p', String(port), `${user}@${address}`, kill], {
        timeoutMs: 15_000,
      });
    });
  }

  #hostAway(hosts: readonly Host[], harm: (host: Host) => Promise<void>): Promise<void> | null {
    const host = this.#pick(hosts.filter((each) => !this.#away.has(each)));
    if (!host) return null;
    this.#away.add(host);
    return harm(host).finally(() => this.#away.delete(host));
  }

  #takeExecutor(): ProductionBed['executors'][number] | null {
    const executor = this.#pick(this.bed.executors);
    if (executor) this.bed.executors.splice(this.bed.executors.indexOf(executor), 1);
    return executor;
  }

  #begin(what: 'database' | 'broker' | 'planner'): boolean {
    if (this.#isBusy[what]) return false;
    this.#isBusy[what] = true;
    return true;
  }

  async #later(harm: Promise<unknown>, least: number, most: number, heal: () => Promise<unknown>): Promise<void> {
    await harm;
    await sleep(this.#between(least, most));
    await this.#insist(heal);
  }

  /** A service that starts while its database is away may end again: somebody starts it once more, as its supervisor would. */
  async #insist(heal: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await heal();
        return;
      } catch (error) {
        if (tries === 20) throw error;
        this.say(`starts once more: ${error instanceof Error ? error.message.slice(0, 120) : 'unknown'}`);
        await sleep(500);
      }
    }
  }

  #between(least: number, most: number): number {
    return least + Math.floor(this.#chance() * (most - least));
  }

  #pick<T>(list: readonly T[]): T | null {
    return list[Math.floor(this.#chance() * list.length)] ?? null;
  }
}
