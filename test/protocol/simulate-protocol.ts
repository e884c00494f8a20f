import { Executor, type ExecutorPorts } from '@muster/execution';
import { type DeploymentEvent, isTaskEnd, type TaskGraph } from '@muster/model';
import { type ControlDeployment, packGraph } from '@muster/protocol';
import { type JournalLine, MachineModel } from './machine-model';
import { CALM, Network, type Weather } from './network';
import { Links, NodePortModel } from './node-port-model';
import { PlannerModel } from './planner-model';
import type { PlantedFault } from './planted-fault';
import { type Objection, ProtocolReferees } from './protocol-referees';
import { type PlannedDeployment, type Scenario, scenarioOf } from './scenario';
import { Fates, type Sentence, SimProcess } from './sim-process';
import { StoreModel, storePort } from './store-model';
import { World } from './world';

export const LEASE_MS = 10_000;
/** After the faults: how long until everything must have ended. Commands that hang run into deadlines, one after another. */
const QUIET_MS = 90 * 60_000;
const OPERATOR_LOOKS_MS = 15_000;
const ASKED_MOST = 6;
const COMMAND_RETRY_MS = 2000;

export interface ProtocolRunOptions {
  readonly seed: number;
  /** Nothing goes wrong but what is asked for here. */
  readonly isCalm?: boolean;
  readonly fault?: PlantedFault | null;
  /** Something befalls this call of an executor. */
  readonly sentence?: Sentence | null;
  /** The message with this number comes twice. */
  readonly repeatAt?: number;
  /** Only faults of these kinds, and this weather. */
  readonly storm?: { readonly harms: readonly Harm[]; readonly weather: Weather };
}

/** Kinds of faults that a storm deals out. */
export const HARMS = ['kill', 'stop', 'polite end', 'cut link', 'power', 'road down', 'planner down', 'none'] as const;
export type Harm = (typeof HARMS)[number];

export interface ProtocolRun {
  readonly seed: number;
  readonly objections: readonly Objection[];
  /** Calls that executors made, and messages to planner and executors: the places where something can be planted. */
  readonly calls: number;
  readonly messages: number;
  /** What was to befall a call, or the repetition, has come. */
  readonly isPlanted: boolean;
  readonly events: number;
  readonly takeovers: number;
  /** Of each takeover from an owner that was gone: for how long its lease had passed, in ms. */
  readonly overdueMs: readonly number[];
  readonly statuses: readonly string[];
  readonly trace: readonly string[];
  /** What was stored of each deployment. */
  readonly logs: readonly { readonly graph: TaskGraph; readonly events: readonly DeploymentEvent[] }[];
}

/** Runs one seed: the real executors over modelled store, broker, links, machines and planner, watched by referees. */
export async function simulateProtocol(options: ProtocolRunOptions): Promise<ProtocolRun> {
  return new ProtocolSimulation(options).run();
}

interface RunningProcess {
  readonly process: SimProcess;
  readonly executor: Executor;
}

class ProtocolSimulation {
  readonly #world: World;
  readonly #network: Network;
  readonly #fates = new Fates();
  readonly #scenario: Scenario;
  readonly #machines: ReadonlyMap<string, MachineModel>;
  readonly #links = new Links();
  readonly #referees: ProtocolReferees;
  readonly #store: StoreModel;
  readonly #planner: PlannerModel;
  readonly #fault: PlantedFault | null;
  readonly #isCalm: boolean;
  readonly #only: ProtocolRunOptions['storm'] | null;
  readonly #executors: RunningProcess[] = [];
  readonly #answered = new Map<
    string,
    { readonly deployment: string; readonly isControl: boolean; readonly isAccepted: boolean }
  >();
  readonly #asked = new Map<string, number>();
  readonly #overdue: number[] = [];
  #born = 0;
  #commands = 0;
  #isStorm = true;
  #undecided = 0;

  constructor({ seed, isCalm = false, fault = null, sentence = null, repeatAt = 0, storm }: ProtocolRunOptions) {
    this.#world = new World(seed);
    this.#network = new Network(this.#world);
    this.#network.repeatAt = repeatAt;
    this.#fates.sentence = sentence;
    this.#fault = fault;
    this.#isCalm = isCalm;
    this.#only = storm ?? null;
    this.#scenario = scenarioOf(this.#world, isCalm);
    const watcher = {
      plan: (attempt: string) => this.#plan(attempt),
      obeyed: (machine: string, ticket: number) => this.#referees.obeyed(machine, ticket),
      started: (line: JournalLine) => {
        this.#world.note(`${line.machine} starts ${line.attempt}`);
        this.#referees.started(line);
      },
    };
    this.#machines = new Map(
      this.#scenario.machines.map((name) => [name, new MachineModel(name, this.#world, watcher, fault)]),
    );
    this.#referees = new ProtocolReferees(
      this.#machines,
      (machine) => this.#store.claims.get(machine)?.transaction ?? null,
    );
    this.#store = new StoreModel(
      () => this.#world.now,
      {
        owned: (row, overdueMs) => {
          if (overdueMs !== null) this.#overdue.push(overdueMs);
          this.#referees.owned(row);
        },
        appended: (row, executor, epoch, events) => {
          for (const event of events) this.#world.note(`${executor} stores ${row.id.slice(-2)} ${describe(event)}`);
          this.#referees.appended(row, executor, epoch, events);
        },
      },
      fault,
      (what) => this.#world.after(this.#world.between(0, 12_000), what),
    );
    this.#planner = new PlannerModel(this.#world, this.#network, (...asked) => this.#askEvents(...asked), fault);
  }

  async run(): Promise<ProtocolRun> {
    const world = this.#world;
    for (let count = 0; count < this.#scenario.executors; count++) this.#bear();
    for (const planned of this.#scenario.deployments) {
      this.#referees.expect(planned.id, planned.graph);
      this.#planner.expect(planned.id);
      world.after(world.between(0, 3000), () =>
        this.#send(planned.id, false, (executor, id) => executor.accept(id, planned.start)),
      );
    }
    const begin = world.now;
    if (!this.#isCalm) this.#storm();
    const stormMs = this.#isCalm ? 0 : this.#scenario.stormMs;
    world.after(stormMs, () => this.#clear());
    this.#operate();
    while (!this.#isOver() && world.now < begin + stormMs + QUIET_MS) if (!(await world.step())) break;
    return this.#report();
  }

  /** A new executor process; one that dies is followed by another. */
  #bear(): void {
    const world = this.#world;
    const id = `e${++this.#born}`;
    const process = new SimProcess(id, world, this.#network, this.#fates, this.#fault === 'clock-stands');
    const started = (attempt: string): void => {
      const [deployment = ''] = attempt.split('.');
      this.#referees.asked(attempt, this.#store.holdsLease(id, deployment));
    };
    const ports: ExecutorPorts = {
      tracing: null,
      apart: (work) => work(),
      clock: process.clock,
      store: storePort(this.#store, (effect) => process.call('store', effect)),
      nodes: new NodePortModel(process, this.#machines, this.#links, started),
      box: { seal: () => ({}), open: () => ({ reveal: () => 'key' }) } as unknown as ExecutorPorts['box'],
      artifacts: { ensure: async () => [] },
      publishEvents: (message) => process.call('events', () => this.#planner.queue(message)),
      publishOutput: async () => undefined,
      makeMasker: () => ({ push: (bytes) => bytes, flush: () => new Uint8Array() }),
      encodeBase64: () => '',
      readBeside: () => Promise.reject(new Error('nothing goes beside a start here')),
      graphBytes: async (graph) => new TextEncoder().encode(graph.kind === 'inline' ? graph.gzip : ''),
      readGraph: async (bytes) => packGraph(this.#played(new TextDecoder().decode(bytes))),
      nudge: () => this.#nudge(),
      log: {
        debug: noted,
        info: noted,
        warn: noted,
        error: (fields, text) => world.note(`${id} error: ${text} ${errorOf(fields)}`),
      },
    };
    const executor = new Executor(ports, { id, leaseMs: LEASE_MS, leasesExpire: true, deploymentsMax: 10 });
    const running = { process, executor };
    process.onDeath = () => {
      this.#executors.splice(this.#executors.indexOf(running), 1);
      world.after(this.#isStorm ? world.between(500, 8000) : 500, () => this.#bear());
    };
    this.#executors.push(running);
    world.note(`${id} begins`);
    executor.start();
  }

  #nudge(): void {
    for (const { process, executor } of this.#executors)
      if (!this.#network.isLost('commands'))
        this.#world.after(this.#network.delay(), () => process.deliver(() => executor.nudged()));
  }

  /** The planner's outbox: sends a command to any executor until it is answered, the same id each time; it may come twice. */
  #send(
    deployment: string,
    isControl: boolean,
    work: (executor: Executor, id: string) => Promise<readonly { readonly code: string }[]>,
  ): void {
    const world = this.#world;
    const id = `00000000-0000-4000-9000-${String(++this.#commands).padStart(12, '0')}`;
    this.#undecided++;
    const attempt = (): void => {
      if (this.#answered.has(id)) return;
      world.after(COMMAND_RETRY_MS, attempt);
      if (this.#network.isLost('commands') || this.#executors.length === 0) return;
      for (let copies = this.#network.copies(); copies > 0; copies--) {
        const { process, executor } = world.pick(this.#executors);
        world.after(this.#network.delay(), () =>
          process.deliver(() => void this.#handle(process, id, { deployment, isControl }, work(executor, id))),
        );
      }
    };
    attempt();
  }

  async #handle(
    process: SimProcess,
    id: string,
    about: { readonly deployment: string; readonly isControl: boolean },
    work: Promise<readonly { readonly code: string }[]>,
  ): Promise<void> {
    const problems = await work.catch(() => null);
    // Nothing is answered that failed: it comes again.
    if (problems === null || !process.isAlive || this.#network.isLost('commands')) return;
    this.#world.after(this.#network.delay(), () => {
      if (this.#answered.has(id)) return;
      this.#answered.set(id, { ...about, isAccepted: problems.length === 0 });
      this.#undecided--;
      if (problems.length > 0 && !about.isControl)
        this.#referees.refused(
          about.deployment,
          problems.map(({ code }) => code),
        );
      if (problems.length > 0)
        this.#world.note(`refused ${about.deployment.slice(-2)}: ${problems.map(({ code }) => code).join()}`);
    });
  }

  #askEvents(deployment: string, from: number, to: number): ReturnType<Executor['events']> {
    return new Promise((resolve, reject) => {
      const lost = (): void => reject(new Error('no answer'));
      if (this.#network.isLost('questions') || this.#executors.length === 0)
        return this.#world.after(COMMAND_RETRY_MS, lost);
      const { process, executor } = this.#world.pick(this.#executors);
      this.#world.after(COMMAND_RETRY_MS * 3, lost);
      this.#world.after(this.#network.delay(), () =>
        process.deliver(() => void executor.events(deployment, from, to).then(resolve, lost)),
      );
    });
  }

  /** Deals out a fault now and then, of any kind. */
  #storm(): void {
    const world = this.#world;
    this.#network.weather = this.#only?.weather ?? this.#scenario.weather;
    const next = (): void => {
      if (!this.#isStorm) return;
      this.#harm();
      world.after(world.between(1, this.#scenario.faultEveryMs * 2), next);
    };
    next();
    for (let count = 0; count < this.#scenario.controls; count++)
      world.after(world.between(0, this.#scenario.stormMs), () => {
        const { id } = world.pick(this.#scenario.deployments);
        this.#control(id, world.pick(['pause', 'resume', 'drain', 'cancel', 'pause'] as const));
      });
  }

  #harm(): void {
    const world = this.#world;
    const executor = this.#executors.length > 0 ? world.pick(this.#executors) : null;
    const machine = world.pick([...this.#machines.values()]);
    switch (world.pick(this.#only?.harms ?? HARMS)) {
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
        this.#links.cut(machine, world);
        return world.after(world.between(100, 20_000), () => this.#links.restore(machine));
      }
      case 'power': {
        const losesFolder = world.happens(0.1);
        world.note(`${machine.name} loses power${losesFolder ? ' and its state folder' : ''}`);
        machine.boot(false, losesFolder);
        if (losesFolder) this.#referees.forgot(machine.name);
        return world.after(world.between(500, 20_000), () => machine.boot(true, false));
      }
      case 'road down': {
        const road = world.pick(['store', 'events', 'questions', 'commands'] as const);
        world.note(`${road} down`);
        this.#network.down.add(road);
        return world.after(world.between(500, 25_000), () => this.#network.down.delete(road));
      }
      case 'planner down':
        this.#planner.isUp = false;
        return world.after(world.between(500, 20_000), () => (this.#planner.isUp = true));
      case 'none':
        return;
    }
  }

  /** The faults are over. */
  #clear(): void {
    this.#isStorm = false;
    this.#world.note('all faults are over');
    this.#network.weather = CALM;
    this.#network.down.clear();
    this.#planner.isUp = true;
    for (const machine of this.#machines.values()) {
      this.#links.restore(machine);
      if (!machine.isOn) machine.boot(true, false);
    }
    for (const { process } of this.#executors) process.resume();
  }

  /** A person: decides about what waits for one, once the faults are over. */
  #operate(): void {
    this.#world.after(OPERATOR_LOOKS_MS, () => {
      this.#operate();
      if (this.#isStorm) return;
      for (const { id } of this.#scenario.deployments) {
        const view = this.#planner.views.get(id);
        if (!view || view.status !== 'paused') continue;
        const asks = (this.#asked.get(id) ?? 0) + 1;
        this.#asked.set(id, asks);
        // A person who is asked again and again gives up.
        if (asks > ASKED_MOST) {
          this.#control(id, 'cancel');
          continue;
        }
        const held = view.applied.flatMap((event) => (event.type === 'task-held' ? [event.task] : []));
        const waiting = [...new Set(held)].filter((task) => !isTaskEnd(view.tasks.get(task) ?? 'waiting'));
        if (waiting.length > 0) this.#control(id, this.#world.pick(['retry', 'skip'] as const), waiting);
        this.#control(id, 'resume');
      }
    });
  }

  #control(deployment: string, verb: ControlDeployment['verb'], tasks?: string[]): void {
    const body: ControlDeployment = { deployment, verb, who: 'w', why: null, ...(tasks ? { tasks } : {}) };
    this.#world.note(`asked to ${verb} ${deployment.slice(-2)}`);
    this.#send(deployment, true, (executor, id) => executor.control(id, body));
  }

  #planned(deployment: string): PlannedDeployment {
    const planned = this.#scenario.deployments.find(({ id }) => id === deployment);
    if (!planned) throw new Error(`no deployment ${deployment}`);
    return planned;
  }

  /** The graph as executors get it. */
  #played(deployment: string): TaskGraph {
    const { graph } = this.#planned(deployment);
    if (this.#fault !== 'limit-exceeded') return graph;
    return {
      ...graph,
      limits: Object.fromEntries(Object.entries(graph.limits).map(([key, amount]) => [key, amount + 1])),
    };
  }

  #plan(attempt: string): ReturnType<PlannedDeployment['plan']> {
    const [deployment = '', task, number] = attempt.split('.');
    const { graph, plan } = this.#planned(deployment);
    return plan(graph.tasks[Number(task)]?.task ?? '', Number(number));
  }

  #isOver(): boolean {
    if (this.#isStorm || this.#undecided > 0 || this.#planner.waiting > 0) return false;
    for (const row of this.#store.deployments.values()) {
      if (!row.isEnded || row.published < (row.events.at(-1)?.seq ?? 0)) return false;
      if ((this.#planner.views.get(row.id)?.lastSeq ?? 0) < (row.events.at(-1)?.seq ?? 0)) return false;
    }
    return this.#scenario.deployments.every(({ id }) => this.#store.deployments.has(id) || this.#wasRefused(id));
  }

  #wasRefused(deployment: string): boolean {
    return [...this.#answered.values()].some(
      (each) => each.deployment === deployment && !each.isControl && !each.isAccepted,
    );
  }

  #report(): ProtocolRun {
    const rows = [...this.#store.deployments.values()];
    if (!this.#isOver()) {
      const open = rows
        .filter(({ isEnded }) => !isEnded)
        .map(({ id, events }) => `${id.slice(-2)} after ${describe(events.at(-1))}`);
      this.#referees.stuck(
        `${open.join(', ') || 'messages'} (${this.#undecided} commands, ${this.#planner.waiting} messages)`,
      );
    }
    for (const row of rows) this.#referees.close(row, this.#planner.views.get(row.id));
    for (const [command, { deployment, isControl, isAccepted }] of this.#answered)
      if (isControl) this.#referees.commanded(this.#store.deployments.get(deployment), command, isAccepted);
    return {
      seed: this.#world.seed,
      objections: this.#referees.objections,
      calls: this.#fates.calls,
      messages: this.#network.messages,
      isPlanted: this.#fates.isCarriedOut || this.#network.isRepeated,
      events: rows.reduce((sum, { events }) => sum + events.length, 0),
      takeovers: rows.reduce((sum, { epoch }) => sum + epoch, 0),
      overdueMs: this.#overdue,
      statuses: rows.map(({ status }) => status),
      trace: this.#world.trace,
      logs: rows.map(({ id, events }) => ({ graph: this.#planned(id).graph, events })),
    };
  }
}

function describe(event: DeploymentEvent | undefined): string {
  if (!event) return 'nothing';
  const { seq, type } = event;
  const task = 'task' in event ? ` ${event.task}` : '';
  const attempt = 'attempt' in event ? `#${event.attempt}` : '';
  const more = type === 'tasks-ended' ? ` ${event.state} ${event.tasks.join(' ')}` : '';
  const what =
    type === 'attempt-ended' ? ` ${JSON.stringify(event.result)}` : type === 'state-changed' ? ` ${event.state}` : '';
  return `${seq} ${type}${task}${attempt}${more}${what}`;
}

function noted(): void {}

function errorOf(fields: object): string {
  const error = 'err' in fields ? fields.err : 'text' in fields ? fields.text : '';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
