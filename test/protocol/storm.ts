import type { CommandRoad, ExecutorProcess } from './command-road';
import type { MachineModel } from './machine-model';
import { CALM, type Network, type Weather } from './network';
import type { Links } from './node-port-model';
import type { PlannerModel } from './planner-model';
import type { ProtocolReferees } from './protocol-referees';
import { LEASE_MS, type Scenario } from './scenario';
import type { World } from './world';

/** Kinds of faults that a storm deals out. */
export const HARMS = ['kill', 'stop', 'polite end', 'cut link', 'power', 'road down', 'planner down', 'none'] as const;
export type Harm = (typeof HARMS)[number];

/** Only faults of these kinds, and this weather. */
export interface StormKind {
  readonly harms: readonly Harm[];
  readonly weather: Weather;
}

/** What a storm can do harm to. */
export interface Exposed {
  readonly network: Network;
  readonly machines: readonly MachineModel[];
  readonly links: Links;
  readonly planner: PlannerModel;
  /** Those that live, at any time. */
  readonly executors: readonly ExecutorProcess[];
  readonly referees: ProtocolReferees;
  readonly commands: CommandRoad;
}

/** Deals out faults of any kind, and commands of people, until its time is over; then all is well again. */
export class Storm {
  isOver = false;
  /** From its beginning, in milliseconds. */
  readonly lastsMs: number;

  constructor(
    private readonly world: World,
    private readonly scenario: Scenario,
    /** Null: all that the scenario has. */
    private readonly kind: StormKind | 'calm' | null,
    private readonly exposed: Exposed,
  ) {
    this.lastsMs = kind === 'calm' ? 0 : scenario.stormMs;
  }

  begin(): void {
    const { world } = this;
    if (this.kind !== 'calm') this.#rage(this.kind?.weather ?? this.scenario.weather, this.kind?.harms ?? HARMS);
    world.after(this.lastsMs, () => this.#clear());
  }

  #rage(weather: Weather, harms: readonly Harm[]): void {
    const { world } = this;
    this.exposed.network.weather = weather;
    const next = (): void => {
      if (this.isOver) return;
      this.#harm(harms);
      world.after(world.between(1, this.scenario.faultEveryMs * 2), next);
    };
    next();
    for (let count = 0; count < this.scenario.controls; count++)
      world.after(world.between(0, this.lastsMs), () => {
        const { id } = world.pick(this.scenario.deployments);
        this.exposed.commands.control(id, world.pick(['pause', 'resume', 'drain', 'cancel', 'pause'] as const));
      });
  }

  #harm(harms: readonly Harm[]): void {
    const { world } = this;
    const { executors, links, network, planner, referees } = this.exposed;
    const executor = executors.length > 0 ? world.pick(executors) : null;
    const machine = world.pick(this.exposed.machines);
    switch (world.pick(harms)) {
      case 'kill':
        return executor?.process.die('killed');
      case 'stop':
        return executor?.process.stop(world.between(1000, LEASE_MS * 3));
      case 'polite end':
        if (!executor) return;
        world.note(`${executor.process.id} is asked to end`);
        void executor.executor.stop(5000).then(() => executor.process.die('handed over'));
        return;
      case 'cut link': {
        world.note(`link to ${machine.name} cut`);
        links.cut(machine, world);
        return world.after(world.between(100, 20_000), () => links.restore(machine));
      }
      case 'power': {
        const losesFolder = world.happens(0.1);
        world.note(`${machine.name} loses power${losesFolder ? ' and its state folder' : ''}`);
        machine.boot(false, losesFolder);
        if (losesFolder) referees.forgot(machine.name);
        return world.after(world.between(500, 20_000), () => machine.boot(true, false));
      }
      case 'road down': {
        const road = world.pick(['store', 'events', 'questions', 'commands'] as const);
        world.note(`${road} down`);
        network.down.add(road);
        return world.after(world.between(500, 25_000), () => network.down.delete(road));
      }
      case 'planner down':
        planner.isUp = false;
        return world.after(world.between(500, 20_000), () => (planner.isUp = true));
      case 'none':
        return;
    }
  }

  #clear(): void {
    this.isOver = true;
    this.world.note('all faults are over');
    const { network, planner, machines, links, executors } = this.exposed;
    network.weather = CALM;
    network.down.clear();
    planner.isUp = true;
    for (const machine of machines) {
      links.restore(machine);
      if (!machine.isOn) machine.boot(true, false);
    }
    for (const { process } of executors) process.resume();
  }
}
