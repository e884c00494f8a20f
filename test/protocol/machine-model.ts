import type {
  AttachAnswer,
  AttemptSpec,
  CancelAnswer,
  NodeFailure,
  NodeReady,
  NodeTicket,
  StartAnswer,
} from '@muster/execution';
import type { AttemptResult } from '@muster/model';
import type { PlantedFault } from './planted-fault';
import type { World } from './world';

const NO_OUTPUT = { stdout: 0, stderr: 0 } as const;

/** What a command will do: end after `ms` with a code, run until it is ended, or vanish without leaving an end. */
export interface CommandPlan {
  readonly ms: number;
  readonly end: number | 'hang' | 'vanish';
}

/** A line that each command writes itself. */
export interface JournalLine {
  readonly attempt: string;
  readonly machine: string;
  readonly at: number;
  endedAt: number | null;
  /** Null: it ended without a code. */
  code: number | null;
}

export interface MachineWatcher {
  plan(attempt: string): CommandPlan;
  /** A request is carried out that came with this ticket. */
  obeyed(machine: string, ticket: number): void;
  started(line: JournalLine): void;
}

/** Who serves the machine at the moment; only one does. */
export interface LauncherConnection {
  readonly owner: string;
  ticket: number;
  /** Another launcher has taken the machine over, or the machine is off. */
  ended(): void;
  /** A followed attempt has ended. */
  tellEnd(attempt: string, result: AttemptResult): void;
}

interface Claimed {
  readonly boot: string;
  /** Null while it runs, or when it vanished. */
  result: AttemptResult | null;
  isAlive: boolean;
  line: JournalLine | null;
}

/**
 * A machine with its launcher and state folder: tickets, claims, one command at a time, boots. Plain values; each method is one
 * request that has arrived.
 */
export class MachineModel {
  readonly journal: JournalLine[] = [];
  isOn = true;
  bootId: string;
  stateFolder: string;
  #boots = 1;
  #folders = 1;
  #owner: { installation: string; ticket: number } | null = null;
  #holder: LauncherConnection | null = null;
  readonly #claims = new Map<string, Claimed>();

  constructor(
    readonly name: string,
    private readonly world: World,
    private readonly watcher: MachineWatcher,
    private readonly fault: PlantedFault | null = null,
  ) {
    this.bootId = `${name}-boot1`;
    this.stateFolder = `${name}-folder1`;
  }

  /** Raises the ticket, ends the launcher before. */
  own(connection: LauncherConnection, { installation, ticket }: NodeTicket, adopt = false): NodeReady | NodeFailure {
    const known = this.#owner;
    if (known && known.installation !== installation && !adopt)
      return { kind: 'refused', code: 'NODE_OWNER_OTHER', detail: `owned by ${known.installation}` };
    const isOld = known !== null && known.installation === installation && ticket < known.ticket;
    if (isOld && this.fault !== 'ticket-ignored')
      return { kind: 'refused', code: 'NODE_TICKET_OLD', detail: `ticket ${ticket} after ${known.ticket}` };
    this.#owner = { installation, ticket };
    connection.ticket = ticket;
    const before = this.#holder;
    this.#holder = connection;
    if (before && before !== connection && this.fault !== 'ticket-ignored') before.ended();
    return { bootId: this.bootId, stateFolder: this.stateFolder };
  }

  start(connection: LauncherConnection, { id }: AttemptSpec): StartAnswer {
    const refusal = this.#refusal(connection);
    if (refusal) return refusal;
    const known = this.#claims.get(id);
    if (known) {
      this.#tellIfEnded(id, known);
      return { kind: 'started' };
    }
    const busy = this.#running();
    if (busy !== null && this.fault !== 'busy-ignored') return { kind: 'busy', attempt: busy };
    if (this.fault === 'refused-and-started' && this.world.happens(0.1)) {
      this.world.after(5000, () => this.#spawn(id));
      return { kind: 'refused', code: 'NODE_REQUIREMENT_MISSING', detail: 'said of something that starts' };
    }
    this.#spawn(id);
    return { kind: 'started' };
  }

  attach(connection: LauncherConnection, { id }: AttemptSpec, recorded: NodeReady): AttachAnswer {
    const refusal = this.#refusal(connection);
    if (refusal) return refusal;
    const known = this.#claims.get(id);
    if (known?.result) {
      this.#tellIfEnded(id, known);
      return { kind: 'ended' };
    }
    if (known?.isAlive) {
      if (this.fault === 'busy-ignored') return { kind: 'lost', detail: 'said of something that lives' };
      return { kind: 'running' };
    }
    if (known) return { kind: 'lost', detail: 'claimed, and nothing of it is alive' };
    if (recorded.bootId !== this.bootId) return { kind: 'lost', detail: 'booted since' };
    if (recorded.stateFolder !== this.stateFolder) return { kind: 'lost', detail: 'another state folder' };
    return { kind: 'never-started' };
  }

  cancel(connection: LauncherConnection, id: string): CancelAnswer {
    const refusal = this.#refusal(connection);
    if (refusal) return refusal;
    const known = this.#claims.get(id);
    if (!known)
      this.#claims.set(id, {
        boot: this.bootId,
        result: { kind: 'cancelled', confirmed: true },
        isAlive: false,
        line: null,
      });
    else if (known.isAlive) this.#end(id, known, { kind: 'signalled', signal: 'TERM', sizes: NO_OUTPUT }, null);
    return { kind: 'confirmed' };
  }

  /** The power fails, or it boots: what runs is gone, and leaves no end. */
  boot(isOn: boolean, losesFolder: boolean): void {
    for (const claimed of this.#claims.values()) if (claimed.isAlive) this.#vanish(claimed);
    this.isOn = isOn;
    this.#boots++;
    this.bootId = `${this.name}-boot${this.#boots}`;
    if (losesFolder) {
      this.#folders++;
      this.stateFolder = `${this.name}-folder${this.#folders}`;
      this.#claims.clear();
      this.#owner = null;
    }
    const holder = this.#holder;
    this.#holder = null;
    holder?.ended();
  }

  /** The attempt that runs now; null if none does. */
  get running(): string | null {
    return this.#running();
  }

  #refusal(connection: LauncherConnection): NodeFailure | null {
    if (this.#holder === connection || this.fault === 'ticket-ignored') {
      this.watcher.obeyed(this.name, connection.ticket);
      return null;
    }
    return { kind: 'refused', code: 'NODE_TICKET_OLD', detail: 'another launcher serves the machine' };
  }

  #running(): string | null {
    for (const [id, { isAlive }] of this.#claims) if (isAlive) return id;
    return null;
  }

  #spawn(id: string): void {
    const { world } = this;
    const attempt = this.fault === 'runs-for-nobody' ? `nobody-${id}` : id;
    const line: JournalLine = { attempt, machine: this.name, at: world.now, endedAt: null, code: null };
    const claimed: Claimed = { boot: this.bootId, result: null, isAlive: true, line };
    this.watcher.started(line);
    this.journal.push(line);
    this.#claims.set(id, claimed);
    const { ms, end } = this.watcher.plan(id);
    if (end === 'hang') return;
    world.after(ms, () => {
      if (!claimed.isAlive) return;
      if (end === 'vanish') this.#vanish(claimed);
      else this.#end(id, claimed, { kind: 'exited', code: this.fault === 'greener' ? 0 : end, sizes: NO_OUTPUT }, end);
    });
  }

  #end(id: string, claimed: Claimed, result: AttemptResult, code: number | null): void {
    claimed.isAlive = false;
    claimed.result = result;
    if (claimed.line) Object.assign(claimed.line, { endedAt: this.world.now, code });
    this.#holder?.tellEnd(id, result);
    if (this.fault === 'claim-forgotten') this.#claims.delete(id);
  }

  #vanish(claimed: Claimed): void {
    claimed.isAlive = false;
    if (claimed.line) claimed.line.endedAt = this.world.now;
  }

  #tellIfEnded(id: string, { result, isAlive }: Claimed): void {
    const lost: AttemptResult = { kind: 'lost', detail: 'nothing of it is alive' };
    if (!isAlive) this.#holder?.tellEnd(id, result ?? lost);
  }
}
