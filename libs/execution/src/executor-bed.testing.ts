import type { DeploymentEvent, GraphTask, TaskGraph } from '@muster/model';
import { type BesideStart, packGraph, type StartDeployment, type TaskOutputMessage } from '@muster/protocol';
import { Executor } from './executor';
import { HandMovedClock, settled } from './hand-moved-clock.testing';
import type { DeploymentStore, OwnedDeployment, StoredCommand } from './ports/deployment-store';
import type { ExecutorPorts } from './ports/executor-ports';
import type { AttachAnswer, NodePort, NodeReport } from './ports/node-port';
import type { FetchFailure } from './ports/publishing';
import { NotReadNow } from './read-log';
import { QuietLog } from './quiet-log.testing';

/** The deployment of the bed. */
export const D = '00000000-0000-4000-8000-000000000001';
const LEASE_MS = 10_000;

/** A task `a@n1` that is retried once. */
export const TASK: GraphTask = {
  ...{ task: 'a@n1', definition: 'a', node: 'n1', type: 'shell', action: 'run', requires: [] },
  ...{ reason: { code: 'new-node', text: 'new node' }, parameters: { cmd: 'true' }, limit: null, limits: [] },
  ...{ expectedMs: null, retries: { count: 1, delayMs: 60_000, backoff: 1 }, timeoutMs: 600_000, onFailure: 'fail' },
  ...{ idempotent: false, outputs: null, files: [] },
};

export function graphOf(tasks: readonly GraphTask[]): TaskGraph {
  return { graphType: 'default', cluster: 'c', tasks, barriers: [], faultTolerance: [], limits: {}, master: null };
}

class CountedClock extends HandMovedClock {
  timers = 0;

  override after(ms: number, ring: () => void): () => void {
    this.timers++;
    return super.after(ms, ring);
  }
}

/** An executor with one deployment on the node `n1`; store and node do what the test says. */
export class ExecutorBed {
  readonly clock = new CountedClock();
  readonly events: DeploymentEvent[] = [];
  readonly started: string[] = [];
  readonly log = new QuietLog();
  isStoreAway = false;
  isBrokerAway = false;
  readonly handedOver: string[] = [];
  /** What is read of the deployment by others than its owner. */
  logged: readonly DeploymentEvent[] = [];
  /** Control commands that were stored. */
  readonly stored: string[] = [];
  /** What an earlier run did cannot be read, nor a graph that is an artifact. */
  isReadAway = true;
  /** Answers of the node that are held back, when it is slow. */
  slow: (() => void)[] | null = null;
  /** Owned by nobody as far as the store knows: the next who asks gets it. */
  isFree = true;
  epoch = 0;
  /** Epochs under which leases of the deployment were renewed. */
  readonly renewed: number[] = [];
  /** Renewals that are held back, when the store takes long. */
  slowRenewals: (() => void)[] | null = null;
  /** Readings of its log that are held back, when that takes long. */
  slowLog: (() => void)[] | null = null;
  /** Commands that nobody has read and that are seen with the next append only. */
  unread: StoredCommand[] = [];
  /** Commands that are there to be read. */
  inbox: StoredCommand[] = [];
  /** How many connections to the node were asked for. */
  prepared = 0;
  bootId = 'b';
  /** What the node says of an attempt that it is asked about. */
  attached: AttachAnswer = { kind: 'running' };
  /** How often it was asked. */
  asked = 0;
  /** What goes beside a start command. */
  beside: BesideStart = { graph: { kind: 'inline', gzip: '' }, nodes: [], artifacts: [] };
  /** Artifacts that were asked for. */
  readonly fetched: { readonly digest: string }[] = [];
  /** Artifacts that cannot be had. */
  missing: FetchFailure[] = [];
  /** Commands whose refusal is kept. */
  readonly refused: string[] = [];
  /** Chunks of output that were published. */
  readonly output: TaskOutputMessage[] = [];
  #report: (report: NodeReport) => void = () => undefined;
  readonly executor: Executor;

  constructor(tasks: readonly GraphTask[] = [TASK], sent: StartDeployment['graph'] = { kind: 'inline', gzip: '' }) {
    const node = { name: 'n1', machine: 'm1', jump: null, identity: {} };
    const start = {
      deployment: D,
      installation: 'i',
      nodes: [node],
      final: true,
      noop: false,
      graph: sent,
    };
    const store: Partial<DeploymentStore> = {
      renew: async (_executor, _lease, held) => {
        if (this.isStoreAway) throw new Error('the store is away');
        if (this.slowRenewals) await new Promise<void>((answer) => this.slowRenewals?.push(answer));
        const epoch = held.get(D);
        if (epoch !== undefined) this.renewed.push(epoch);
        // Another executor's, once the epoch is higher than this one's.
        return { still: new Set(epoch === this.epoch ? [D] : []), mayTakeOver: true, mayPublish: true };
      },
      takeOver: async (): Promise<OwnedDeployment[]> => {
        if (!this.isFree) return [];
        this.isFree = false;
        const owned = { deployment: D, epoch: ++this.epoch, tickets: new Map(), published: 0, graph: new Uint8Array() };
        return [{ ...owned, start: start as unknown as StartDeployment, lastSeq: this.events.length }];
      },
      append: async (_executor, _deployment, epoch, events, read, ended) => {
        if (epoch !== this.epoch) return 'fenced';
        const unread = this.unread.filter(({ id }) => !read.includes(id));
        if (ended && unread.length > 0) return { unread };
        this.events.push(...events);
        this.inbox = this.inbox.filter(({ id }) => !read.includes(id));
        return 'stored';
      },
      events: async (_deployment, from, to) => {
        if (this.slowLog) await new Promise<void>((answer) => this.slowLog?.push(answer));
        return (this.logged.length > 0 ? this.logged : this.events).slice(from - 1, to);
      },
      unreadCommands: async () => (this.inbox.length === 0 ? new Map() : new Map([[D, [...this.inbox]]])),
      read: async () => {
        if (this.isReadAway) throw new Error('the store is away');
        return {
          graph: new Uint8Array(),
          lastSeq: this.logged.length,
          owner: null,
          transaction: 't',
          project: 'p',
          cluster: 'c',
        };
      },
      accept: async () => ({ kind: 'accepted' }),
      putCommand: async (command) => {
        this.stored.push(command);
        return 'stored';
      },
      refuse: async (command, problems) => {
        this.refused.push(command);
        return problems;
      },
      identify: async () => ({ kind: 'identified', ticket: 1 }),
      leave: async () => undefined,
      handOver: async (_executor, deployment) => {
        this.handedOver.push(deployment);
      },
      unpublished: async () => [],
      markPublished: async () => undefined,
    };
    const nodes: Partial<NodePort> = {
      onReport: (listener) => (this.#report = listener),
      identify: async () => ({ kind: 'identified', machine: 'm' }),
      prepare: async () => {
        this.prepared++;
        if (this.slow) await new Promise<void>((answer) => this.slow?.push(answer));
        return { kind: 'ready', bootId: this.bootId, stateFolder: 's' };
      },
      attach: async () => {
        this.asked++;
        return this.attached;
      },
      start: async (_node, _ticket, { id }) => {
        this.started.push(id);
        return { kind: 'started' };
      },
      cancel: async () => ({ kind: 'confirmed' }),
      detach: () => undefined,
      forget: async () => undefined,
    };
    const ports: Partial<ExecutorPorts> = {
      clock: this.clock,
      store: store as DeploymentStore,
      nodes: nodes as NodePort,
      box: { seal: () => ({}), open: () => ({ reveal: () => 'key' }) } as unknown as ExecutorPorts['box'],
      artifacts: {
        ensure: async (wanted) => {
          this.fetched.push(...wanted);
          return this.missing;
        },
      },
      readBeside: async () => this.beside,
      graphBytes: async () => new Uint8Array(),
      publishEvents: async () => {
        if (this.isBrokerAway) throw new Error('the broker is away');
      },
      publishOutput: async ({ chunks }) => {
        this.output.push(...chunks);
      },
      encodeBase64: (bytes) => Buffer.from(bytes).toString('base64'),
      makeMasker: () => ({ push: (bytes) => bytes, flush: () => new Uint8Array() }),
      readGraph: async () => {
        if (this.isReadAway && sent.kind === 'artifact') throw new NotReadNow('the store of artifacts is away');
        return packGraph(graphOf(tasks));
      },
      nudge: () => undefined,
      log: this.log,
      tracing: null,
      apart: (work: () => void) => work(),
    };
    this.executor = new Executor(ports as ExecutorPorts, {
      ...{ id: 'e1', leaseMs: LEASE_MS, leasesExpire: true, deploymentsMax: 10 },
    });
    this.executor.start();
  }

  ended(attempt: number, code: number): void {
    const sizes = { stdout: 0, stderr: 0 };
    this.#report({ kind: 'ended', attempt: `${D}.0.${attempt}`, result: { kind: 'exited', code, sizes }, sizes });
  }

  /** The node tells what an attempt has put out, from its beginning. */
  said(attempt: number, text: string): void {
    const bytes = Buffer.from(text);
    this.#report({ kind: 'output', attempt: `${D}.0.${attempt}`, stream: 'stdout', offset: 0, bytes });
  }

  /** The node tells what the wait on it stands behind. */
  busy(attempt: number, other: string | null): void {
    this.#report({ kind: 'node-busy', attempt: `${D}.0.${attempt}`, other });
  }

  /** Moves on until it is so, a little at a time. */
  async until(what: () => boolean): Promise<void> {
    for (let steps = 0; !what(); steps++) {
      if (steps > 1000) throw new Error('in vain');
      await this.clock.move(10);
      await settled();
    }
  }

  has(type: DeploymentEvent['type']): boolean {
    return this.events.some((event) => event.type === type);
  }
}
