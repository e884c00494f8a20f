import type {
  ArtifactReader,
  AttachAnswer,
  AttemptRef,
  AttemptSpec,
  CancelAnswer,
  IdentifyAnswer,
  NodeFailure,
  NodePort,
  NodeReady,
  NodeReport,
  NodeTarget,
  NodeTicket,
  Operation,
  OutputStream,
  PrepareAnswer,
  StartAnswer,
} from '@muster/execution';
import type { OutputSizes } from '@muster/model';
import { attachAttempt } from './attach';
import { BLOCK } from './attempt-follower';
import { Followed } from './followed';
import { refused } from './connection/node-failure';
import { scanHostKey } from './connection/scan-host-key';
import { ChannelClosed } from './launcher/launcher-channel';
import { orUnreachable, type NodeSession } from './node-session';
import { checkAttempt } from './operation-text';
import { ProbeRun } from './probe-run';
import { RebootWatch } from './reboot-watch';
import { SessionPool } from './session-pool';
import { startAttempt } from './start';

export interface SshNodePortOptions {
  readonly artifacts: ArtifactReader;
  /** How long a node may take to connect and log in, and then to answer with its launcher. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** How long the launcher may take to answer a request. Default 60,000. */
  readonly answerTimeoutMs?: number;
  /** Bytes of each output stream kept on the node; the rest is drained and counted. Default 64 MiB, at least 64 KiB. */
  readonly outputLimit?: number;
  /** After how long without a request a connection is closed that no attempt is followed over. Default 600,000. */
  readonly idleMs?: number;
  /** What runs the launcher on nodes. Default `/bin/sh`. */
  readonly shell?: string;
}

const MIB = 1024 * 1024;
/** The launcher waits in naps of this length. */
const NAP_MS = 50;
/** A removal waits so long for the next request to the node: most tasks are followed by another, and a packet is saved. */
const FORGET_WITHIN_MS = 1000;

/**
 * Acts on nodes over SSH, through the launcher.
 *
 * Cost: one connection per node, kept while it is used; a task is two requests (start, forget the one before) in one
 * packet, and one more if its output is longer than what comes with its end.
 */
export class SshNodePort implements NodePort {
  readonly #sessions: SessionPool;
  readonly #followed: Followed;
  #listener: (report: NodeReport) => void = () => undefined;

  constructor(private readonly options: SshNodePortOptions) {
    this.#followed = new Followed((report) => this.#listener(report));
    this.#sessions = new SessionPool(
      {
        connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
        answerTimeoutMs: options.answerTimeoutMs ?? 60_000,
        outputLimit: Math.max(options.outputLimit ?? 64 * MIB, 65_536),
        shell: options.shell ?? '/bin/sh',
        idleMs: options.idleMs ?? 600_000,
      },
      (session) => {
        session.launcher.onEnded = ([attempt = '', ...words]) => this.#followed.ended(attempt, words);
      },
      (session) => this.#followed.linkLost(session),
      (session) => this.#followed.needs(session),
    );
  }

  /** Connections that are open now, those to jump nodes included. */
  get connections(): number {
    return this.#sessions.connections;
  }

  onReport(listener: (report: NodeReport) => void): void {
    this.#listener = listener;
  }

  async identify(node: NodeTarget): Promise<IdentifyAnswer> {
    const session = await this.#sessions.session(node);
    return 'kind' in session ? session : { kind: 'identified', machine: session.machine };
  }

  prepare(node: NodeTarget, ticket: NodeTicket): Promise<PrepareAnswer> {
    return this.#prepare(node, ticket, false);
  }

  /** Takes over a node that another installation owns: overwrites the owner and its ticket. For `muster node adopt`. */
  adopt(node: NodeTarget, ticket: NodeTicket): Promise<PrepareAnswer> {
    return this.#prepare(node, ticket, true);
  }

  async start(node: NodeTarget, ticket: NodeTicket, attempt: AttemptSpec): Promise<StartAnswer> {
    const wrong = checkAttempt(attempt);
    if (wrong) return wrong;
    const session = await this.#owned(node, ticket);
    if ('kind' in session) return session;
    const { operation } = attempt;
    if (operation.kind === 'probe') {
      this.#probe(session, attempt.id, operation);
      return { kind: 'started' };
    }
    return startAttempt(
      session,
      attempt,
      this.options.artifacts,
      this.#followed,
      () => this.#watchReboot(session, node, attempt),
      (other) => this.#sessions.session(other),
    );
  }

  async attach(
    node: NodeTarget,
    ticket: NodeTicket,
    attempt: AttemptSpec,
    recorded: NodeReady,
    offsets: OutputSizes,
  ): Promise<AttachAnswer> {
    const wrong = checkAttempt(attempt);
    if (wrong) return wrong;
    const session = await this.#owned(node, ticket);
    if ('kind' in session) return session;
    const { operation } = attempt;
    if (operation.kind === 'probe') {
      // Nothing of a probe is on the node: whoever attaches goes on asking.
      this.#probe(session, attempt.id, operation);
      return { kind: 'running' };
    }
    return orUnreachable(node.name, () =>
      attachAttempt(session, attempt, recorded, offsets, this.#followed, () =>
        this.#watchReboot(session, node, attempt),
      ),
    );
  }

  async cancel(node: NodeTarget, ticket: NodeTicket, attempt: AttemptRef, graceMs: number): Promise<CancelAnswer> {
    if (this.#followed.endProbe(attempt.id)) return { kind: 'confirmed' };
    const session = await this.#owned(node, ticket);
    if ('kind' in session) return session;
    return orUnreachable(node.name, async (): Promise<CancelAnswer> => {
      const { words } = await session.request('cancel', [attempt.id, Math.ceil(graceMs / NAP_MS)], { waitMs: graceMs });
      if (words[0] === 'confirmed') return { kind: 'confirmed' };
      if (words[0] === 'unconfirmed') return { kind: 'unconfirmed', detail: words.slice(1).join(' ') };
      return session.refusal(words);
    });
  }

  async readOutput(
    node: NodeTarget,
    attempt: AttemptRef,
    stream: OutputStream,
    offset: number,
    length: number,
  ): Promise<Uint8Array> {
    const session = await this.#sessions.session(node);
    if ('kind' in session) throw new Error(`cannot read output on node ${node.name}: ${session.detail}`);
    const skip = offset % BLOCK;
    const words = [attempt.id, stream, Math.floor(offset / BLOCK), Math.ceil((skip + length) / BLOCK)];
    try {
      const { bulk } = await session.request('fetch', words, { bulkSize: ([, size]) => Number(size) });
      return bulk.subarray(skip, skip + length);
    } catch (error) {
      throw new Error(`cannot read output on node ${node.name}: the connection broke`, { cause: error });
    }
  }

  async forget(node: NodeTarget, ticket: NodeTicket, attempts: readonly AttemptRef[]): Promise<void> {
    const session = await this.#owned(node, ticket);
    if ('kind' in session || attempts.length === 0) return;
    try {
      await session.request(
        'forget',
        attempts.map(({ id }) => id),
        { mayWaitMs: FORGET_WITHIN_MS },
      );
    } catch (error) {
      if (!(error instanceof ChannelClosed)) throw error;
    }
  }

  detach(attempt: string): void {
    this.#followed.drop(attempt);
  }

  scanHostKey(address: string, port: number): Promise<string> {
    return scanHostKey(address, port, this.options.connectTimeoutMs ?? 10_000);
  }

  async close(): Promise<void> {
    this.#followed.dropAll();
    await this.#sessions.close();
  }

  async #prepare(node: NodeTarget, ticket: NodeTicket, adopt: boolean): Promise<PrepareAnswer> {
    const session = await this.#owned(node, ticket, adopt);
    if ('kind' in session) return session;
    return { kind: 'ready', bootId: session.bootId, stateFolder: session.stateFolder };
  }

  async #owned(node: NodeTarget, ticket: NodeTicket, adopt = false): Promise<NodeSession | NodeFailure> {
    if (
      !/^[A-Za-z0-9._-]{1,128}$/.test(ticket.installation) ||
      !Number.isSafeInteger(ticket.ticket) ||
      ticket.ticket < 0
    ) {
      return refused(
        'NODE_OPERATION_INVALID',
        `the installation ${JSON.stringify(ticket.installation)} and ticket ${ticket.ticket} are no owner`,
      );
    }
    const session = await this.#sessions.session(node);
    if ('kind' in session) return session;
    const failure = await orUnreachable(node.name, () => session.own(ticket, adopt));
    return failure ?? session;
  }

  #probe(session: NodeSession, attempt: string, operation: Extract<Operation, { kind: 'probe' }>): void {
    const run = new ProbeRun(session, attempt, operation, this.#followed);
    this.#followed.add(run);
    run.begin();
  }

  #watchReboot(session: NodeSession, node: NodeTarget, attempt: AttemptSpec): RebootWatch {
    return new RebootWatch(session, attempt.id, this.#followed, () => this.#sessions.session(node));
  }
}
