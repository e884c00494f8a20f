import type { DeploymentEvent } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { ControlDeployment, StartDeployment } from '@muster/protocol';

/** A command of the inbox that the owner has still to read. */
export interface StoredCommand {
  readonly id: string;
  readonly body: ControlDeployment;
}

/** A deployment as its new owner gets it. */
export interface OwnedDeployment {
  readonly deployment: string;
  readonly epoch: number;
  /** Ticket of this ownership for each claimed machine. */
  readonly tickets: ReadonlyMap<string, number>;
  readonly start: StartDeployment;
  /** Gzipped JSON of the packed graph. */
  readonly graph: Uint8Array;
  /** Number of the last stored event; 0: none yet. Nobody else adds any while the epoch is this one. */
  readonly lastSeq: number;
  readonly published: number;
}

/** `refused`: a machine is claimed by another transaction and the problems name each holder, or it was refused before. */
export type PutAnswer = 'stored' | 'repeated' | 'refused' | 'unknown' | 'ended';

/** `ticket` is past those that the machine has seen under other names. `claimed`: a sentence's end that names the holder. */
export type IdentifiedAnswer =
  | { readonly kind: 'identified'; readonly ticket: number }
  | { readonly kind: 'claimed'; readonly by: string }
  | { readonly kind: 'fenced' };

export type AcceptAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/** `unread`: commands in the inbox that a deployment's end would leave unanswered; nothing was stored. */
export type AppendAnswer = 'stored' | 'fenced' | { readonly unread: readonly StoredCommand[] };

/** `othersGained`: slots were granted to other deployments, which have to be told. */
export type PoolAnswer = { readonly held: number; readonly waiting: number; readonly othersGained: boolean } | 'fenced';

/** A pool as the store has it. */
export interface PoolState {
  readonly pool: string;
  /** 0: it is not set, or no more. */
  readonly slots: number;
  readonly holders: readonly PoolShare[];
  readonly waiting: readonly PoolShare[];
}

/** What one deployment has of a pool. */
export interface PoolShare {
  readonly deployment: string;
  readonly transaction: string;
  readonly cluster: string;
  readonly slots: number;
  /** Of its oldest slot, ISO 8601: since when it holds or waits. */
  readonly since: string;
}

/** Less than what lies between two renewals: what an executor leaves to others it takes when it next looks, if nobody did. */
export const LEFT_TO_OTHERS_PART = 0.2;

/** What a renewal has found. */
export interface Renewed {
  /** Of the deployments held, those that are still the executor's. */
  readonly still: ReadonlySet<string>;
  /** There may be deployments to be taken over. */
  readonly mayTakeOver: boolean;
  /** There may be events that no owner publishes. */
  readonly mayPublish: boolean;
}

/**
 * What must survive of deployments. Each call is one database transaction; all may fail with an Error when the database
 * does not answer, and then nothing has changed, or the same call may be repeated.
 */
export interface DeploymentStore {
  /**
   * Stores a start command: the deployment, and the claims of its nodes, all or nothing. Idempotent by deployment id; a
   * command that was refused stays refused.
   */
  accept(command: string, start: StartDeployment, graph: Uint8Array): Promise<AcceptAnswer>;

  /** Stores a control command in the inbox; one that is stored is read before the deployment ends. Idempotent by its id. */
  putCommand(command: string, body: ControlDeployment): Promise<PutAnswer>;

  /** Keeps what a command is refused for, unless it was answered before; gives the answer that stands: none when accepted. */
  refuse(command: string, problems: readonly Problem[]): Promise<readonly Problem[]>;

  /** Unread commands by deployment, oldest first. */
  unreadCommands(deployments: readonly string[]): Promise<ReadonlyMap<string, readonly StoredCommand[]>>;

  /**
   * Takes at most `most` deployments that have no owner, or whose owner's lease has passed by the database's clock:
   * raises their epoch and the tickets of their machines. `all` ignores leases, for the only executor of a data folder.
   *
   * One that was handed over, or never had an owner, is left to the other executors seen within `leaseMs` while `executor`
   * has its share of what is open, but not for longer than `LEFT_TO_OTHERS_PART` of `leaseMs`. What lost its owner is
   * left to nobody.
   */
  takeOver(executor: string, leaseMs: number, most: number, all: boolean): Promise<readonly OwnedDeployment[]>;

  /** Renews the leases held by `executor` with these epochs. */
  renew(executor: string, leaseMs: number, held: ReadonlyMap<string, number>): Promise<Renewed>;

  /** The executor stops: it is not seen any more, and nothing is left to it. What it owns stays its own. */
  leave(executor: string): Promise<void>;

  /** Gives ownership back at once, so that another executor need not wait for the lease. */
  handOver(executor: string, deployment: string, epoch: number): Promise<void>;

  /**
   * Appends numbered events under the deployment's row lock, if owner and epoch are still these; marks commands read;
   * when `ended`, closes the deployment and frees its claims if it was the transaction's last, but only once all its
   * commands are read.
   */
  append(
    executor: string,
    deployment: string,
    epoch: number,
    events: readonly DeploymentEvent[],
    read: readonly string[],
    ended: { readonly status: string; readonly free: boolean } | null,
  ): Promise<AppendAnswer>;

  /**
   * Notes how many slots of a pool of its project a deployment holds and waits for, gives back those above `held`, and grants free ones to
   * whoever of all deployments has waited longest. Answers with what the deployment has now: `held` only ever grows here.
   * A pool that is not set has no slots.
   */
  settlePool(
    executor: string,
    deployment: string,
    epoch: number,
    pool: string,
    stand: { readonly held: number; readonly waiting: number },
  ): Promise<PoolAnswer>;

  /** Sets the size of a project's pool, unless a later `version` has been set; with 0 it has no slots any more. */
  setPool(project: string, pool: string, slots: number, version: number): Promise<void>;

  /** Every pool of a project, or of a deployment's, that is set or asked for: by name, with who holds and who waits, in the order of asking. */
  pools(of: { readonly project: string } | { readonly deployment: string }): Promise<readonly PoolState[]>;

  /** Stored events `from` to `to`, both included, in order; fewer where the log ends. */
  events(deployment: string, from: number, to: number): Promise<readonly DeploymentEvent[]>;

  /** The graph of a deployment and how long its log is, for reading; null when it is unknown. */
  read(deployment: string): Promise<{
    readonly graph: Uint8Array;
    readonly lastSeq: number;
    readonly owner: string | null;
    readonly transaction: string;
    readonly project: string;
    readonly cluster: string;
  } | null>;

  /** Deployments with events that are not published, and no owner that would publish them; with the last published number. */
  unpublished(most: number): Promise<readonly { readonly deployment: string; readonly published: number }[]>;

  /** Notes that events up to `seq` are published; a smaller number changes nothing. */
  markPublished(deployment: string, seq: number): Promise<void>;

  /**
   * Notes which machine has answered where the deployment's claim says `machine`: `identity` is the same under every name.
   * While one claim of an identity is held, another one of the same is refused, here and by `accept`.
   */
  identify(
    executor: string,
    deployment: string,
    epoch: number,
    machine: string,
    identity: string,
  ): Promise<IdentifiedAnswer>;

  /** A larger ticket for a machine that is being adopted; null while a transaction claims it, by this name or another. */
  drawTicket(machine: string, identity: string): Promise<number | null>;

  /**
   * Frees what the transaction has claimed, unless a deployment of it is open or was accepted after `last` (null, or one that was
   * never accepted: does not count): a further run has begun meanwhile.
   */
  releaseTransaction(transaction: string, last: string | null): Promise<void>;

  /**
   * Ends `deployments` of the transaction (null: all of them) without their owners: epochs are raised and owners forgotten,
   * claims freed as `releaseTransaction` does, and `starts` that were not answered are answered with `problems`.
   */
  closeTransaction(
    transaction: string,
    starts: readonly string[],
    deployments: readonly string[] | null,
    problems: readonly Problem[],
  ): Promise<void>;

  /** Executors seen within the last `withinMs`, with the number of deployments that each owns. */
  executors(
    withinMs: number,
  ): Promise<readonly { readonly id: string; readonly seenAt: string; readonly deployments: number }[]>;
}
