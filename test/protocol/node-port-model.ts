import type {
  AttachAnswer,
  CancelAnswer,
  NodeFailure,
  NodePort,
  NodeReport,
  NodeTarget,
  NodeTicket,
} from '@muster/execution';
import type { AttemptResult } from '@muster/model';
import type { LauncherConnection, MachineModel } from './machine-model';
import type { SimProcess } from './sim-process';
import type { World } from './world';

const NO_OUTPUT = { stdout: 0, stderr: 0 } as const;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long a dead link stays unnoticed. */
const KEEPALIVE_MS = 3000;
const CUT_LOOK_MS = 200;

/** Fails what waits for an answer over a connection that has broken. `sent`: the request may have arrived. */
class Broken extends Error {
  constructor(readonly sent: boolean) {
    super('the connection broke');
  }
}

/** One connection of a process to a machine: requests and reports arrive in order, or it breaks. */
class Connection implements LauncherConnection {
  ticket = 0;
  isBroken = false;
  readonly followed = new Set<string>();
  readonly #waiting = new Set<(error: Broken) => void>();
  /** When the last message of each direction arrives. */
  readonly #arrivesAt = { in: 0, out: 0 };

  constructor(
    readonly process: SimProcess,
    readonly machine: MachineModel,
    readonly links: Links,
    private readonly port: NodePortModel,
  ) {}

  get owner(): string {
    return this.process.id;
  }

  request<T>(effect: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!this.process.isAlive) return;
      if (this.isBroken) return reject(new Broken(false));
      const { fates } = this.process;
      fates.calls++;
      if (fates.falls('before')) return this.process.die('before a request');
      const dies = fates.falls('between');
      const isUnanswered = fates.falls('unanswered');
      this.#waiting.add(reject);
      this.#carry('out', () => {
        const value = effect();
        if (dies) return this.process.die('before a machine answers');
        // Over TCP an answer is lost only with the connection.
        if (isUnanswered) return this.break();
        this.#carry('in', () => {
          if (this.#waiting.delete(reject)) this.process.deliver(() => resolve(value));
        });
      });
    });
  }

  ended(): void {
    this.process.world.after(this.process.network.delay(), () => this.break());
  }

  tellEnd(attempt: string, result: AttemptResult): void {
    this.#carry('in', () =>
      this.process.deliver(() => {
        if (!this.followed.delete(attempt)) return;
        this.port.report({ kind: 'ended', attempt, result, sizes: NO_OUTPUT });
      }),
    );
  }

  break(): void {
    if (this.isBroken) return;
    this.isBroken = true;
    const { world } = this.process;
    for (const reject of this.#waiting) this.process.deliver(() => reject(new Broken(true)));
    this.#waiting.clear();
    for (const attempt of this.followed)
      world.after(1, () =>
        this.process.deliver(() => {
          if (this.followed.delete(attempt)) this.port.report({ kind: 'link-lost', attempt, node: this.machine.name });
        }),
      );
  }

  /** In order per direction, as over TCP; waits while the link is cut, until the connection breaks. */
  #carry(way: 'in' | 'out', arrive: () => void): void {
    const { world, network } = this.process;
    const at = Math.max(world.now + network.delay(), this.#arrivesAt[way]);
    this.#arrivesAt[way] = at;
    const come = (): void => {
      if (this.isBroken) return;
      if (this.links.isCut(this.machine.name)) world.after(CUT_LOOK_MS, come);
      else arrive();
    };
    world.after(at - world.now, come);
  }
}

/** Links to machines, shared by all processes: cut ones carry nothing, and break connections once that is noticed. */
export class Links {
  readonly #cut = new Set<string>();
  readonly connections = new Set<Connection>();

  isCut(machine: string): boolean {
    return this.#cut.has(machine);
  }

  cut(machine: MachineModel, world: World): void {
    this.#cut.add(machine.name);
    world.after(KEEPALIVE_MS, () => {
      if (!this.isCut(machine.name)) return;
      for (const connection of [...this.connections])
        if (connection.machine === machine) {
          this.connections.delete(connection);
          connection.break();
        }
    });
  }

  restore(machine: MachineModel): void {
    this.#cut.delete(machine.name);
  }
}

/** The node port of one process, over modelled links to modelled machines. */
export class NodePortModel implements NodePort {
  readonly #connections = new Map<string, Connection>();
  #listener: (report: NodeReport) => void = () => undefined;

  constructor(
    private readonly process: SimProcess,
    private readonly machines: ReadonlyMap<string, MachineModel>,
    private readonly links: Links,
    /** Told of each start that is asked for, at the moment it is sent. */
    private readonly onStart: (attempt: string) => void,
  ) {}

  onReport(listener: (report: NodeReport) => void): void {
    this.#listener = listener;
  }

  report(report: NodeReport): void {
    this.#listener(report);
  }

  async identify(node: NodeTarget): ReturnType<NodePort['identify']> {
    const machine = this.machines.get(node.address);
    if (!machine) return unreachable(node);
    try {
      await this.#connection(machine);
      return { kind: 'identified', machine: `- ${machine.stateFolder}` };
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return unreachable(node);
    }
  }

  async prepare(node: NodeTarget, ticket: NodeTicket): ReturnType<NodePort['prepare']> {
    const owned = await this.#owned(node, ticket, false);
    if ('kind' in owned) return owned;
    const { bootId, stateFolder } = owned.ready;
    return { kind: 'ready', bootId, stateFolder };
  }

  async adopt(node: NodeTarget, ticket: NodeTicket): ReturnType<NodePort['adopt']> {
    const owned = await this.#owned(node, ticket, true);
    return 'kind' in owned ? owned : { kind: 'ready', ...owned.ready };
  }

  async start(
    node: NodeTarget,
    ticket: NodeTicket,
    spec: Parameters<NodePort['start']>[2],
  ): ReturnType<NodePort['start']> {
    this.onStart(spec.id);
    const owned = await this.#owned(node, ticket, false);
    if ('kind' in owned) return owned;
    const { connection } = owned;
    connection.followed.add(spec.id);
    try {
      const answer = await connection.request(() => connection.machine.start(connection, spec));
      if (answer.kind !== 'started') connection.followed.delete(spec.id);
      return answer;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      // What was sent may have arrived: the broken link tells of it next.
      if (error.sent) return { kind: 'started' };
      connection.followed.delete(spec.id);
      return unreachable(node);
    }
  }

  async attach(
    node: NodeTarget,
    ticket: NodeTicket,
    spec: Parameters<NodePort['attach']>[2],
    recorded: Parameters<NodePort['attach']>[3],
  ): Promise<AttachAnswer> {
    const owned = await this.#owned(node, ticket, false);
    if ('kind' in owned) return owned;
    const { connection } = owned;
    try {
      return await connection.request(() => {
        connection.followed.add(spec.id);
        const answer = connection.machine.attach(connection, spec, recorded);
        if (answer.kind !== 'ended' && answer.kind !== 'running') connection.followed.delete(spec.id);
        return answer;
      });
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      connection.followed.delete(spec.id);
      return unreachable(node);
    }
  }

  async cancel(node: NodeTarget, ticket: NodeTicket, attempt: { readonly id: string }): Promise<CancelAnswer> {
    const owned = await this.#owned(node, ticket, false);
    if ('kind' in owned) return owned;
    const { connection } = owned;
    try {
      return await connection.request(() => connection.machine.cancel(connection, attempt.id));
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return unreachable(node);
    }
  }

  async readOutput(): Promise<Uint8Array> {
    return new Uint8Array();
  }

  async forget(): Promise<void> {}

  detach(attempt: string): void {
    for (const connection of this.#connections.values()) connection.followed.delete(attempt);
  }

  async scanHostKey(): Promise<string> {
    return '';
  }

  async close(): Promise<void> {}

  /** A connection over which the ticket was raised; made anew if the last one broke. */
  async #owned(
    node: NodeTarget,
    ticket: NodeTicket,
    adopt: boolean,
  ): Promise<{ connection: Connection; ready: { bootId: string; stateFolder: string } } | NodeFailure> {
    const machine = this.machines.get(node.address);
    if (!machine) return unreachable(node);
    try {
      const connection = await this.#connection(machine);
      const ready = await connection.request(() => machine.own(connection, ticket, adopt));
      return 'kind' in ready ? ready : { connection, ready };
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return unreachable(node);
    }
  }

  async #connection(machine: MachineModel): Promise<Connection> {
    const known = this.#connections.get(machine.name);
    if (known && !known.isBroken) return known;
    const { world, network, clock } = this.process;
    const isThere = !this.links.isCut(machine.name) && machine.isOn && !world.happens(network.weather.loss);
    await new Promise<void>((go) => void clock.after(isThere ? network.delay() : CONNECT_TIMEOUT_MS, go));
    if (!isThere || !machine.isOn) throw new Broken(false);
    const other = this.#connections.get(machine.name);
    if (other && !other.isBroken) return other;
    const connection = new Connection(this.process, machine, this.links, this);
    this.#connections.set(machine.name, connection);
    this.links.connections.add(connection);
    return connection;
  }
}

function unreachable(node: NodeTarget): NodeFailure {
  return { kind: 'unreachable', detail: `no connection to ${node.name}` };
}
