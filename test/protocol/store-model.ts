import {
  type AcceptAnswer,
  type AppendAnswer,
  type DeploymentStore,
  type IdentifiedAnswer,
  LEFT_TO_OTHERS_PART,
  type OwnedDeployment,
  type Renewed,
  type PutAnswer,
  type StoredCommand,
} from '@muster/execution';
import type { DeploymentEvent } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import type { ControlDeployment, StartDeployment } from '@muster/protocol';
import type { PlantedFault } from './planted-fault';

export interface StoredDeployment {
  readonly id: string;
  readonly start: StartDeployment;
  readonly graph: Uint8Array;
  readonly events: DeploymentEvent[];
  readonly commands: { readonly id: string; readonly body: ControlDeployment; isRead: boolean }[];
  owner: string | null;
  epoch: number;
  /** While it has no owner: since when. */
  leaseUntil: number;
  published: number;
  status: string;
  isEnded: boolean;
}

export interface ClaimModel {
  ticket: number;
  transaction: string | null;
  identity: string | null;
  /** The name that the holder knows the machine by. */
  node: string | null;
}

/** What watches the store from within. */
export interface StoreWatcher {
  appended(deployment: StoredDeployment, executor: string, epoch: number, events: readonly DeploymentEvent[]): void;
  /** `overdueMs`: for how long the lease of the owner before had passed; null if there was none. */
  owned(deployment: StoredDeployment, overdueMs: number | null): void;
}

/** The tables of the executor's schema as plain values. Each method is one database transaction, and takes no time. */
export class StoreModel {
  readonly deployments = new Map<string, StoredDeployment>();
  readonly claims = new Map<string, ClaimModel>();
  readonly #answers = new Map<string, readonly Problem[]>();
  readonly #seen = new Map<string, number>();

  constructor(
    private readonly now: () => number,
    private readonly watcher: StoreWatcher,
    private readonly fault: PlantedFault | null = null,
    /** Runs something later: for the planted fault of a late commit. */
    private readonly later: (what: () => void) => void = (what) => what(),
  ) {}

  accept(command: string, start: StartDeployment, graph: Uint8Array): AcceptAnswer {
    const answered = this.#answers.get(command);
    if (answered) return answered.length > 0 ? { kind: 'refused', problems: answered } : { kind: 'repeated' };
    if (this.deployments.has(start.deployment)) {
      this.#answers.set(command, []);
      return { kind: 'repeated' };
    }
    const used = start.nodes.filter(({ isOnlyJump }) => isOnlyJump !== true);
    const machines = [...new Set(used.map(({ machine }) => machine))].sort();
    const problems = machines.flatMap((machine) => {
      const own = this.claims.get(machine);
      const isHeld = own?.transaction && own.transaction !== start.transaction;
      const twin = this.#twins(machine, own?.identity ?? null).find(
        ([other, { transaction }]) => transaction !== null && !machines.includes(other),
      );
      const holder = isHeld ? own.transaction : twin?.[1].transaction;
      if (!holder || this.fault === 'claims-ignored') return [];
      return [
        problem('DEPLOY_NODE_CLAIMED', { subject: `node ${machine}`, summary: `claimed by transaction ${holder}` }),
      ];
    });
    if (problems.length > 0) return { kind: 'refused', problems };
    if (this.fault === 'refuses-what-it-could-take')
      return {
        kind: 'refused',
        problems: [problem('DEPLOY_NO_MASTER', { subject: 'the graph', summary: 'said without a reason' })],
      };
    this.#answers.set(command, []);
    const known = machines.map((machine) => this.claims.get(machine)?.identity ?? null);
    const tickets = machines.map((machine) => this.claims.get(machine)?.ticket ?? 0);
    for (const [index, machine] of machines.entries()) {
      const isDouble = known.some((id, other) => other !== index && id !== null && id === known[index]);
      this.claims.set(machine, {
        ticket:
          1 + Math.max(...tickets.filter((_, other) => other === index || (isDouble && known[other] === known[index]))),
        transaction: start.transaction,
        node: used.find((node) => node.machine === machine)?.name ?? null,
        identity: isDouble ? null : (known[index] ?? null),
      });
    }
    const ownership = {
      owner: null,
      epoch: 0,
      leaseUntil: this.now(),
      published: 0,
      status: 'pending',
      isEnded: false,
    };
    this.deployments.set(start.deployment, {
      id: start.deployment,
      start,
      graph,
      events: [],
      commands: [],
      ...ownership,
    });
    return { kind: 'accepted' };
  }

  putCommand(command: string, body: ControlDeployment): PutAnswer {
    const row = this.deployments.get(body.deployment);
    const known = [...this.deployments.values()].some(({ commands }) => commands.some(({ id }) => id === command));
    if (known && this.fault !== 'inbox-repeats') return 'repeated';
    if (!row) return 'unknown';
    if (row.isEnded) return 'ended';
    const answered = this.#answers.get(command);
    if (answered && this.fault !== 'inbox-repeats') return answered.length > 0 ? 'refused' : 'repeated';
    this.#answers.set(command, []);
    const copies = row.commands.filter(({ id }) => id.startsWith(command)).length;
    if (this.fault !== 'inbox-forgets')
      row.commands.push({ id: copies === 0 ? command : `${command}+${copies}`, body, isRead: false });
    return 'stored';
  }

  refuse(command: string, problems: readonly Problem[]): readonly Problem[] {
    const answered = this.#answers.get(command);
    if (!answered) this.#answers.set(command, problems);
    return answered ?? problems;
  }

  unreadCommands(deployments: readonly string[]): ReadonlyMap<string, readonly StoredCommand[]> {
    const unread = new Map<string, readonly StoredCommand[]>();
    for (const id of deployments) {
      const list = this.#unread(this.deployments.get(id), []);
      if (list.length > 0) unread.set(id, list);
    }
    return unread;
  }

  takeOver(executor: string, leaseMs: number, most: number, all: boolean): readonly OwnedDeployment[] {
    if (all) for (const other of this.#seen.keys()) if (other !== executor) this.#seen.delete(other);
    const share = all ? most : this.#shareLeft(executor, leaseMs);
    const leftSince = this.now() - leaseMs * LEFT_TO_OTHERS_PART;
    const free = [...this.deployments.values()].filter((row) => {
      if (row.isEnded) return false;
      if (all) return true;
      if (row.owner === null) return share > 0 || row.leaseUntil < leftSince;
      return row.leaseUntil < this.now() && this.fault !== 'never-taken-over';
    });
    return free.slice(0, share > 0 ? Math.min(most, share) : most).map((row) => {
      const overdueMs = row.owner === null ? null : this.now() - row.leaseUntil;
      row.owner = executor;
      if (this.fault !== 'epoch-stays' || row.epoch === 0) row.epoch++;
      row.leaseUntil = this.now() + leaseMs;
      this.watcher.owned(row, overdueMs);
      const tickets = new Map<string, number>();
      for (const { machine } of row.start.nodes) {
        const claim = this.claims.get(machine);
        if (claim?.transaction !== row.start.transaction || tickets.has(machine)) continue;
        tickets.set(machine, ++claim.ticket);
      }
      const published = this.fault === 'nobody-publishes-for-the-dead' ? (row.events.at(-1)?.seq ?? 0) : row.published;
      const { id: deployment, epoch, start, graph } = row;
      return { deployment, epoch, tickets, start, graph, lastSeq: row.events.length, published };
    });
  }

  renew(executor: string, leaseMs: number, held: ReadonlyMap<string, number>): Renewed {
    this.#seen.set(executor, this.now());
    const free = [...this.deployments.values()].filter((row) => row.owner === null || row.leaseUntil < this.now());
    const mayTakeOver = free.some((row) => !row.isEnded);
    const mayPublish = free.some((row) => row.published < (row.events.at(-1)?.seq ?? 0));
    const still = new Set<string>();
    for (const [id, epoch] of held) {
      const row = this.deployments.get(id);
      if (row?.owner !== executor || row.epoch !== epoch || row.isEnded) continue;
      row.leaseUntil = this.now() + leaseMs;
      still.add(id);
    }
    return { still, mayTakeOver, mayPublish };
  }

  #shareLeft(executor: string, leaseMs: number): number {
    const open = [...this.deployments.values()].filter(({ isEnded }) => !isEnded);
    const owned = open.filter(({ id }) => this.holdsLease(executor, id)).length;
    const others = [...this.#seen].filter(([id, at]) => id !== executor && at > this.now() - leaseMs).length;
    return Math.max(Math.ceil(open.length / (others + 1)) - owned, 0);
  }

  leave(executor: string): void {
    this.#seen.delete(executor);
  }

  handOver(executor: string, deployment: string, epoch: number): void {
    const row = this.deployments.get(deployment);
    if (row?.owner !== executor || row.epoch !== epoch) return;
    row.owner = null;
    row.leaseUntil = this.now();
  }

  append(
    executor: string,
    deployment: string,
    epoch: number,
    events: readonly DeploymentEvent[],
    read: readonly string[],
    ended: { readonly status: string; readonly free: boolean } | null,
  ): AppendAnswer {
    const row = this.deployments.get(deployment);
    const isOurs = row?.owner === executor && row.epoch === epoch;
    if (!row || (!isOurs && this.fault !== 'old-owner-appends')) return 'fenced';
    const unread = ended ? this.#unread(row, read) : [];
    if (unread.length > 0) return { unread };
    const [first, last, before] = [events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0, row.events.at(-1)?.seq ?? 0];
    const isForced = this.fault === 'old-owner-appends' && !isOurs;
    if (before !== first - 1 && !isForced) {
      if (before >= last) return 'stored';
      throw new Error(`events of ${deployment} begin at ${first}, but the log ends at ${before}`);
    }
    const write = (): void => {
      this.watcher.appended(row, executor, epoch, events);
      row.events.push(...events);
    };
    if (this.fault === 'late-commit') this.later(write);
    else if (this.fault !== 'acknowledged-not-stored' || row.events.length < 12) write();
    for (const command of row.commands) if (read.includes(command.id)) command.isRead = true;
    if (ended) {
      row.status = ended.status;
      row.isEnded = true;
      row.owner = null;
      if (ended.free) this.releaseTransaction(row.start.transaction, null);
    }
    return 'stored';
  }

  events(deployment: string, from: number, to: number): readonly DeploymentEvent[] {
    return (this.deployments.get(deployment)?.events ?? []).filter(({ seq }) => seq >= from && seq <= to);
  }

  read(deployment: string): Awaited<ReturnType<DeploymentStore['read']>> {
    const row = this.deployments.get(deployment);
    if (!row) return null;
    const owner = row.leaseUntil >= this.now() ? row.owner : null;
    const { transaction, project, cluster } = row.start;
    return { graph: row.graph, lastSeq: row.events.length, owner, transaction, project, cluster };
  }

  unpublished(most: number): readonly { deployment: string; published: number }[] {
    if (this.fault === 'nobody-publishes-for-the-dead') return [];
    return [...this.deployments.values()]
      .filter((row) => row.published < (row.events.at(-1)?.seq ?? 0))
      .filter((row) => row.owner === null || row.leaseUntil < this.now())
      .slice(0, most)
      .map(({ id, published }) => ({ deployment: id, published }));
  }

  markPublished(deployment: string, seq: number): void {
    const row = this.deployments.get(deployment);
    if (row) row.published = Math.max(row.published, seq);
  }

  identify(executor: string, deployment: string, epoch: number, machine: string, identity: string): IdentifiedAnswer {
    const row = this.deployments.get(deployment);
    const own = this.claims.get(machine);
    if (row?.owner !== executor || row.epoch !== epoch || row.isEnded) return { kind: 'fenced' };
    if (own?.transaction !== row.start.transaction) return { kind: 'fenced' };
    const twins = this.#twins(machine, identity).map(([, claim]) => claim);
    const earlier = twins.filter(({ transaction, node }) => transaction === own.transaction && node === own.node);
    const holder = twins.find((twin) => twin.transaction !== null && !earlier.includes(twin));
    if (holder) return { kind: 'claimed', by: `transaction ${holder.transaction}` };
    for (const claim of earlier) Object.assign(claim, { transaction: null, node: null });
    own.identity = identity;
    own.ticket = Math.max(own.ticket, ...twins.map(({ ticket }) => ticket + 1));
    return { kind: 'identified', ticket: own.ticket };
  }

  /** Other claims of the same machine. */
  #twins(machine: string, identity: string | null): [string, ClaimModel][] {
    return [...this.claims].filter(
      ([key, claim]) => key !== machine && identity !== null && claim.identity === identity,
    );
  }

  drawTicket(machine: string, identity: string): number | null {
    const claim = this.claims.get(machine) ?? { ticket: 0, transaction: null, node: null, identity };
    this.claims.set(machine, claim);
    const twins = this.#twins(machine, identity).map(([, twin]) => twin);
    if ([claim, ...twins].some(({ transaction }) => transaction !== null)) return null;
    claim.identity = identity;
    claim.ticket = 1 + Math.max(claim.ticket, ...twins.map(({ ticket }) => ticket));
    return claim.ticket;
  }

  closeTransaction(
    transaction: string,
    starts: readonly string[],
    deployments: readonly string[] | null,
    problems: readonly Problem[],
  ): void {
    for (const start of starts) this.refuse(start, problems);
    for (const row of this.deployments.values()) {
      if (row.start.transaction !== transaction || row.isEnded || deployments?.includes(row.id) === false) continue;
      row.isEnded = true;
      row.owner = null;
      row.epoch++;
    }
    this.releaseTransaction(transaction, null);
  }

  releaseTransaction(transaction: string, last: string | null): void {
    const its = [...this.deployments.values()].filter((row) => row.start.transaction === transaction);
    const after = last !== null && its.some(({ id }) => id === last) && its.at(-1)?.id !== last;
    if (after || its.some((row) => !row.isEnded)) return;
    for (const claim of this.claims.values()) if (claim.transaction === transaction) claim.transaction = null;
  }

  executors(withinMs: number): readonly { id: string; seenAt: string; deployments: number }[] {
    return [...this.#seen]
      .filter(([, at]) => at > this.now() - withinMs)
      .map(([id, at]) => ({
        id,
        seenAt: new Date(at).toISOString(),
        deployments: [...this.deployments.values()].filter((row) => row.owner === id && !row.isEnded).length,
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** True while `executor` is the owner and its lease has not passed. */
  holdsLease(executor: string, deployment: string): boolean {
    const row = this.deployments.get(deployment);
    return row?.owner === executor && row.leaseUntil >= this.now();
  }

  #unread(row: StoredDeployment | undefined, but: readonly string[]): StoredCommand[] {
    return (row?.commands ?? [])
      .filter(({ id, isRead }) => !isRead && !but.includes(id))
      .map(({ id, body }) => ({ id, body }));
  }
}

/** The store as its port; `call` carries each request to it and the answer back. */
export function storePort(model: StoreModel, call: <T>(effect: () => T) => Promise<T>): DeploymentStore {
  return {
    accept: (...it) => call(() => model.accept(...it)),
    putCommand: (...it) => call(() => model.putCommand(...it)),
    refuse: (...it) => call(() => model.refuse(...it)),
    unreadCommands: (...it) => call(() => model.unreadCommands(...it)),
    takeOver: (...it) => call(() => model.takeOver(...it)),
    renew: (...it) => call(() => model.renew(...it)),
    leave: (...it) => call(() => model.leave(...it)),
    handOver: (...it) => call(() => model.handOver(...it)),
    append: (executor, deployment, epoch, events, read, ended) => {
      // What is sent does not change any more, whatever the caller does with its lists.
      const sent = [[...events], [...read]] as const;
      return call(() => model.append(executor, deployment, epoch, ...sent, ended));
    },
    // No graph here has a pool.
    settlePool: () => Promise.reject(new Error('pools are not modelled')),
    setPool: () => Promise.reject(new Error('pools are not modelled')),
    pools: () => Promise.resolve([]),
    events: (...it) => call(() => model.events(...it)),
    read: (...it) => call(() => model.read(...it)),
    unpublished: (...it) => call(() => model.unpublished(...it)),
    markPublished: (...it) => call(() => model.markPublished(...it)),
    identify: (...it) => call(() => model.identify(...it)),
    drawTicket: (...it) => call(() => model.drawTicket(...it)),
    closeTransaction: (...it) => call(() => model.closeTransaction(...it)),
    releaseTransaction: (...it) => call(() => model.releaseTransaction(...it)),
    executors: (...it) => call(() => model.executors(...it)),
  };
}
