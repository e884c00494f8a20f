import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { MakeMasker } from '@muster/execution';
import { InProcessBroker, type InProcessBus, makeEnvelope } from '@muster/messaging';
import {
  type DeploymentEvent,
  type GraphTask,
  type SealedSecret,
  type SecretBox,
  SecretValue,
  type TaskGraph,
} from '@muster/model';
import {
  adoptNode,
  closeTransaction,
  COMMANDS_QUEUE,
  controlDeployment,
  type ControlDeployment,
  deploymentEvents,
  type DeploymentEventsMessage,
  EVENTS_QUEUE,
  OUTPUT_QUEUE,
  type NodeAccessMessage,
  packGraph,
  QUESTIONS_QUEUE,
  readLimits,
  releaseTransaction,
  type Reply,
  startDeployment,
  type StartDeployment,
  gatheredOutput,
  type GatheredOutputMessage,
  type TaskOutputMessage,
  explainTask,
} from '@muster/protocol';
import { EmbeddedNode, type EmbeddedNodeAddress } from '@muster/remote';
import { type Database, openDatabase } from '@muster/storage';
import {
  createTestDatabase,
  makeSshKey,
  type PrivateFolder,
  privateFolder,
  type SshKey,
  type TestDatabase,
  waitUntil,
} from '@muster/testkit';
import type { ExecutorConfig } from './executor-ports';
import { type RunningExecutor, startExecutor } from './start-executor';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Seals by base64: enough where no test looks at what is stored. */
const plainBox: SecretBox = {
  seal: (value) => ({
    $sealed: {
      v: 1,
      key: 'plain',
      wrapped: 'none',
      data: Buffer.from(value.reveal()).toString('base64'),
      fingerprint: 'none',
    },
  }),
  open: (sealed: SealedSecret) => new SecretValue(Buffer.from(sealed.$sealed.data, 'base64').toString()),
};

/** What seals and masks; real ones where a test looks at what is stored or said. */
export interface BedSecrets {
  readonly box: SecretBox;
  readonly makeMasker: MakeMasker;
}

const plainSecrets: BedSecrets = {
  box: plainBox,
  makeMasker: () => ({ push: (bytes) => bytes, flush: () => new Uint8Array() }),
};

/** A valid task of an executor's graph. */
export function graphTask(address: string, over: Partial<GraphTask> = {}): GraphTask {
  const at = address.lastIndexOf('@');
  return {
    task: address,
    definition: address.slice(0, at),
    node: address.slice(at + 1),
    type: 'shell',
    action: 'run',
    reason: { code: 'new-node', text: 'new node' },
    requires: [],
    parameters: { cmd: 'true' },
    limit: null,
    limits: [],
    expectedMs: null,
    retries: { count: 0, delayMs: 0, backoff: 1 },
    timeoutMs: 60_000,
    onFailure: 'fail',
    idempotent: false,
    outputs: null,
    files: [],
    ...over,
  };
}

/** Of who asks executors here: a busy machine takes its time. */
const PATIENCE_MS = 60_000;

/** Executors on one real PostgreSQL and one in-process broker, with embedded nodes, and a planner's two queues read. */
export class ExecutorBed {
  readonly events = new Map<string, DeploymentEvent[]>();
  readonly output: TaskOutputMessage[] = [];
  /** What the executors logged, as text. */
  readonly logged: string[] = [];
  readonly executors: RunningExecutor[] = [];
  #databases: Database[] = [];
  #nodes: EmbeddedNode[] = [];
  #addresses: EmbeddedNodeAddress[] = [];

  private constructor(
    readonly folder: PrivateFolder,
    readonly database: TestDatabase,
    readonly broker: InProcessBroker,
    readonly bus: InProcessBus,
    readonly key: SshKey,
    private readonly secrets: BedSecrets,
  ) {}

  static async open(nodes: number, secrets = plainSecrets): Promise<ExecutorBed> {
    const folder = await privateFolder('executor');
    const broker = new InProcessBroker({ log: quiet });
    const bed = new ExecutorBed(
      folder,
      await createTestDatabase(),
      broker,
      broker.connect(),
      await makeSshKey(join(folder.path, 'key')),
      secrets,
    );
    for (let index = 1; index <= nodes; index++) {
      const node = new EmbeddedNode({
        folder: join(folder.path, `n${index}`),
        name: `n${index}`,
        authorizedKeys: [bed.key.publicKey],
      });
      bed.#addresses.push(await node.start());
      bed.#nodes.push(node);
    }
    await bed.bus.consume(
      EVENTS_QUEUE,
      async ({ content }) => (bed.#sawEvents(content), { verdict: { kind: 'done' } }),
      { prefetch: 1 },
    );
    await bed.bus.consume(
      OUTPUT_QUEUE,
      async ({ content }) => (bed.#sawOutput(content), { verdict: { kind: 'done' } }),
      { prefetch: 16 },
    );
    return bed;
  }

  /** `url`: another way to the database. */
  async startExecutor(
    leaseMs = 1000,
    more: Partial<ExecutorConfig> = {},
    url = this.database.url,
  ): Promise<RunningExecutor> {
    const database = await openDatabase({ config: { kind: 'postgres', url }, name: 'executor' });
    this.#databases.push(database);
    const executor = await startExecutor(
      { leaseMs, leasesExpire: true, plannerUrl: null, ...more },
      {
        database,
        bus: this.broker.connect(),
        artifacts: {
          put: () => Promise.reject(new Error('nothing is put here')),
          renew: async (digest) => this.#artifacts.has(digest),
          removeUnused: () => Promise.reject(new Error('what is shared is not removed here')),
          open: async (digest) => this.#artifact(digest),
        },
        secretBox: this.secrets.box,
        makeMasker: this.secrets.makeMasker,
        logger: this.#logger,
      },
    );
    this.executors.push(executor);
    return executor;
  }

  /** Keeps bytes as an artifact, and gives its digest. */
  artifact(text: string): string {
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    this.#artifacts.set(digest, Buffer.from(text));
    return digest;
  }

  async deploy(
    graph: Partial<TaskGraph> & Pick<TaskGraph, 'tasks'>,
    over: Partial<StartDeployment> = {},
    command: string = randomUUID(),
  ): Promise<{ deployment: string; transaction: string; reply: Reply<unknown> }> {
    const whole: TaskGraph = {
      graphType: 'default',
      cluster: 'c',
      barriers: [],
      faultTolerance: [],
      limits: {},
      master: null,
      ...graph,
    };
    const sorted = { ...whole, tasks: [...whole.tasks].sort((a, b) => (a.task < b.task ? -1 : 1)) };
    const body: StartDeployment = {
      deployment: randomUUID(),
      transaction: randomUUID(),
      run: 1,
      project: 'default',
      cluster: 'c',
      installation: 'test',
      graph: { kind: 'inline', gzip: gzipSync(JSON.stringify(packGraph(sorted))).toString('base64') },
      nodes: this.#addresses.map(({ name }) => this.node(name)),
      artifacts: [],
      artifactToken: null,
      noop: false,
      final: true,
      who: 'test',
      why: null,
      ...over,
    };
    const reply = await this.bus.request(COMMANDS_QUEUE, makeEnvelope(startDeployment, body, command), PATIENCE_MS);
    return { deployment: body.deployment, transaction: body.transaction, reply };
  }

  /** How an embedded node is reached, as a message says it. */
  node(name: string): NodeAccessMessage {
    const found = this.#addresses.find((each) => each.name === name);
    if (!found) throw new Error(`the bed has no node ${name}`);
    const { address, port, user, hostKey } = found;
    const identity = this.secrets.box.seal(new SecretValue(this.key.privateKey));
    return {
      name,
      machine: hostKey,
      address,
      port,
      user,
      become: 'none',
      hostKey,
      identity,
      stateDir: '/var/lib/muster',
      jump: null,
    };
  }

  adopt(node: NodeAccessMessage, installation: string): Promise<Reply<unknown>> {
    return this.bus.request(COMMANDS_QUEUE, makeEnvelope(adoptNode, { node, installation }), PATIENCE_MS);
  }

  control(
    deployment: string,
    verb: ControlDeployment['verb'],
    tasks?: string[],
    limit?: ControlDeployment['limit'],
  ): Promise<Reply<unknown>> {
    const about = { ...(tasks ? { tasks } : {}), ...(limit ? { limit } : {}) };
    const body: ControlDeployment = { deployment, verb, who: 'test', why: 'a reason', ...about };
    return this.bus.request(COMMANDS_QUEUE, makeEnvelope(controlDeployment, body), PATIENCE_MS);
  }

  release(transaction: string): Promise<Reply<unknown>> {
    return this.bus.request(COMMANDS_QUEUE, makeEnvelope(releaseTransaction, { transaction }), PATIENCE_MS);
  }

  forceClose(transaction: string, starts: string[] = []): Promise<Reply<unknown>> {
    const body = { transaction, starts, who: 'test', why: 'stuck' };
    return this.bus.request(COMMANDS_QUEUE, makeEnvelope(closeTransaction, body), PATIENCE_MS);
  }

  limits(deployment: string): Promise<Reply<unknown>> {
    return this.bus.request(QUESTIONS_QUEUE, makeEnvelope(readLimits, { deployment }), PATIENCE_MS);
  }

  why(deployment: string, task: string): Promise<Reply<unknown>> {
    return this.bus.request(QUESTIONS_QUEUE, makeEnvelope(explainTask, { deployment, task }), PATIENCE_MS);
  }

  log(deployment: string): readonly DeploymentEvent[] {
    return this.events.get(deployment) ?? [];
  }

  /** Waits until the deployment has ended, and gives the outcome and each task's end. */
  async end(deployment: string): Promise<{ outcome: string; text: string | null; tasks: Record<string, string> }> {
    const last = await waitUntil(
      'the deployment has ended',
      () =>
        this.log(deployment).find(
          (event) => event.type === 'state-changed' && !['running', 'paused', 'draining'].includes(event.state),
        ),
      { timeoutMs: 60_000 },
    );
    const tasks: Record<string, string> = {};
    for (const event of this.log(deployment))
      if (event.type === 'tasks-ended') for (const task of event.tasks) tasks[task] = event.state;
    return last.type === 'state-changed'
      ? { outcome: last.state, text: last.text, tasks }
      : { outcome: '?', text: null, tasks };
  }

  outputOf(task: string, stream = 'stdout'): string {
    const chunks = this.output.filter((chunk) => chunk.task === task && chunk.stream === stream);
    const bytes: number[] = [];
    for (const { offset, data } of chunks)
      Buffer.from(data, 'base64').forEach((byte, index) => (bytes[offset + index] = byte));
    return Buffer.from(bytes).toString();
  }

  /** A file in a node's own folder, as text; empty when it is not there. */
  fileOf(node: string, name: string): string {
    try {
      return readFileSync(join(this.folder.path, node, name), 'utf8');
    } catch {
      return '';
    }
  }

  pathOf(node: string, name = ''): string {
    mkdirSync(join(this.folder.path, node), { recursive: true });
    return join(this.folder.path, node, name);
  }

  async close(): Promise<void> {
    await Promise.all(this.executors.map((executor) => executor.close()));
    await this.bus.close();
    await Promise.all(this.#nodes.map((node) => node.stop()));
    await Promise.all(this.#databases.map((database) => database.close()));
    await this.database.drop();
    await this.folder.remove();
  }

  readonly #artifacts = new Map<string, Buffer>();

  readonly #note = (...words: unknown[]): void => {
    this.logged.push(inspect(words, { depth: null, maxStringLength: null }));
    if (process.env['MUSTER_TEST_LOG']) console.error(...words);
  };
  readonly #logger = { debug: this.#note, info: this.#note, warn: this.#note, error: this.#note };

  #artifact(digest: string): AsyncIterable<Uint8Array> | null {
    const bytes = this.#artifacts.get(digest);
    if (!bytes) return null;
    return (async function* () {
      yield bytes;
    })();
  }

  #sawEvents(content: unknown): void {
    const { deployment, events } = deploymentEvents.body.parse((content as { body: DeploymentEventsMessage }).body);
    const known = this.events.get(deployment) ?? [];
    this.events.set(deployment, known);
    for (const event of events) if (event.seq === known.length + 1) known.push(event);
  }

  #sawOutput(content: unknown): void {
    this.output.push(...gatheredOutput.body.parse((content as { body: GatheredOutputMessage }).body).chunks);
  }
}
