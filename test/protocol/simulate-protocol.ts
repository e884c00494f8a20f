import { Executor, type ExecutorPorts } from '@muster/execution';
import type { DeploymentEvent, TaskGraph } from '@muster/model';
import { packGraph } from '@muster/protocol';
import { COMMAND_RETRY_MS, CommandRoad, type ExecutorProcess } from './command-road';
import { type JournalLine, MachineModel } from './machine-model';
import { Network } from './network';
import { Links, NodePortModel } from './node-port-model';
import { OperatorModel } from './operator-model';
import { PlannerModel } from './planner-model';
import type { PlantedFault } from './planted-fault';
import { type Objection, ProtocolReferees } from './protocol-referees';
import { LEASE_MS, type PlannedDeployment, type Scenario, scenarioOf } from './scenario';
import { Fates, type Sentence, SimProcess } from './sim-process';
import { StoreModel, storePort } from './store-model';
import { Storm, type StormKind } from './storm';
import { World } from './world';

/** After the faults: how long until everything must have ended. Commands that hang run into deadlines, one after another. */
const QUIET_MS = 90 * 60_000;

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
  readonly storm?: StormKind;
}

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
  readonly #executors: ExecutorProcess[] = [];
  readonly #commands: CommandRoad;
  readonly #storm: Storm;
  readonly #operator: OperatorModel;
  readonly #overdue: number[] = [];
  #born = 0;

  constructor({ seed, isCalm = false, fault = null, sentence = null, repeatAt = 0, storm }: ProtocolRunOptions) {
    this.#world = new World(seed);
    this.#network = new Network(this.#world);
    this.#network.repeatAt = repeatAt;
    this.#fates.sentence = sentence;
    this.#fault = fault;
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
    this.#commands = new CommandRoad(this.#world, this.#network, this.#executors, this.#referees);
    this.#storm = new Storm(this.#world, this.#scenario, isCalm ? 'calm' : (storm ?? null), {
      network: this.#network,
      machines: [...this.#machines.values()],
      links: this.#links,
      planner: this.#planner,
      executors: this.#executors,
      referees: this.#referees,
      commands: this.#commands,
    });
    this.#operator = new OperatorModel(this.#world, this.#scenario, this.#planner, this.#commands, this.#storm);
  }

  async run(): Promise<ProtocolRun> {
    const world = this.#world;
    for (let count = 0; count < this.#scenario.executors; count++) this.#bear();
    for (const planned of this.#scenario.deployments) {
      this.#referees.expect(planned.id, planned.graph);
      this.#planner.expect(planned.id);
      world.after(world.between(0, 3000), () => this.#commands.start(planned.id, planned.start));
    }
    const begin = world.now;
    this.#storm.begin();
    this.#operator.begin();
    while (!this.#isOver() && world.now < begin + this.#storm.lastsMs + QUIET_MS) if (!(await world.step())) break;
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
      world.after(this.#storm.isOver ? 500 : world.between(500, 8000), () => this.#bear());
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
    if (!this.#storm.isOver || this.#commands.undecided > 0 || this.#planner.waiting > 0) return false;
    for (const row of this.#store.deployments.values()) {
      if (!row.isEnded || row.published < (row.events.at(-1)?.seq ?? 0)) return false;
      if ((this.#planner.views.get(row.id)?.lastSeq ?? 0) < (row.events.at(-1)?.seq ?? 0)) return false;
    }
    return this.#scenario.deployments.every(
      ({ id }) => this.#store.deployments.has(id) || this.#commands.wasRefused(id),
    );
  }

  #report(): ProtocolRun {
    const rows = [...this.#store.deployments.values()];
    if (!this.#isOver()) {
      const open = rows
        .filter(({ isEnded }) => !isEnded)
        .map(({ id, events }) => `${id.slice(-2)} after ${describe(events.at(-1))}`);
      this.#referees.stuck(
        `${open.join(', ') || 'messages'} (${this.#commands.undecided} commands, ${this.#planner.waiting} messages)`,
      );
    }
    for (const row of rows) this.#referees.close(row, this.#planner.views.get(row.id));
    for (const { id, deployment, isAccepted } of this.#commands.answeredControls())
      this.#referees.commanded(this.#store.deployments.get(deployment), id, isAccepted);
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
