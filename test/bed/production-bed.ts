import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterClient, type TaskStatus, type TransactionStatus } from '@muster/client';
import {
  freePort,
  type PrivateBroker,
  type PrivateFolder,
  privateFolder,
  type PrivateService,
  startHosts,
  type TestHosts,
  waitUntil,
} from '@muster/testkit';
import { stringify } from 'yaml';
import { type BedServices, ownServices, sharedServices } from './bed-services';
import { muster, musterJson } from './muster';
import { ServiceProcess } from './service-process';

const LEASE_MS = 3000;

/** Stops what has started of these; what has not left nothing running. */
async function stopStarted(starts: readonly Promise<{ stop(): Promise<void> }>[]): Promise<void> {
  const settled = await Promise.allSettled(starts);
  await Promise.all(settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value.stop()] : [])));
}

function startPlanner(folder: PrivateFolder, env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const dataDir = join(folder.path, 'planner');
  return ServiceProcess.start(['planner'], { ...env, MUSTER_DATA_DIR: dataDir }, join(folder.path, 'planner.log'));
}

/** Muster as in production: a planner and executors as processes on PostgreSQL and RabbitMQ, hosts with real sshd. */
export class ProductionBed {
  readonly executors: ServiceProcess[] = [];
  /** As the administrator. */
  readonly client: MusterClient;
  #executorsEver = 0;

  private constructor(
    readonly folder: PrivateFolder,
    private readonly services: BedServices,
    readonly hosts: TestHosts,
    public planner: ServiceProcess,
    readonly serviceEnv: Readonly<Record<string, string>>,
    /** Environment of the command line. */
    readonly env: Readonly<Record<string, string>>,
  ) {
    this.client = new MusterClient({ server: env['MUSTER_SERVER'] ?? '', token: env['MUSTER_TOKEN'] ?? '' });
  }

  /** On a database and a vhost of its own in the test run's services, which nobody may break; `more` is added to the environment of its processes. */
  static open(
    hostCount: number,
    executors: number,
    more: Readonly<Record<string, string>> = {},
  ): Promise<ProductionBed> {
    return ProductionBed.#open(hostCount, executors, sharedServices(), more);
  }

  /** With a PostgreSQL and a RabbitMQ of its own, to be killed, paused or searched as a whole. */
  static openAlone(hostCount: number, executors: number): Promise<ProductionBed> {
    return ProductionBed.#open(hostCount, executors, ownServices());
  }

  static async #open(
    hostCount: number,
    executors: number,
    started: Promise<BedServices>,
    more: Readonly<Record<string, string>> = {},
  ): Promise<ProductionBed> {
    const folder = await privateFolder('scenario');
    const starts = [started, startHosts(hostCount)] as const;
    const [services, hosts] = await Promise.all(starts).catch(async (error: unknown) => {
      await stopStarted(starts);
      throw error;
    });
    const serviceEnv = {
      MUSTER_DATABASE_URL: services.databaseUrl,
      MUSTER_AMQP_URL: services.brokerUrl,
      MUSTER_SECRET_KEY: randomBytes(32).toString('base64'),
      MUSTER_ADMIN_TOKEN: randomBytes(24).toString('hex'),
      // Its own for good: a planner that starts again is found where it was.
      MUSTER_HTTP_PORT: String(await freePort()),
      MUSTER_LEASE_MS: String(LEASE_MS),
      MUSTER_LOG_LEVEL: 'debug',
      ...more,
    };
    const planner = await startPlanner(folder, serviceEnv);
    const url = planner.ready.url ?? '';
    const env = { MUSTER_SERVER: url, MUSTER_TOKEN: serviceEnv.MUSTER_ADMIN_TOKEN };
    const bed = new ProductionBed(folder, services, hosts, planner, { ...serviceEnv, MUSTER_PLANNER_URL: url }, env);
    for (let index = 0; index < executors; index++) await bed.addExecutor();
    return bed;
  }

  get databaseUrl(): string {
    return this.services.databaseUrl;
  }

  /** Only of a bed that was opened alone. */
  get postgres(): PrivateService {
    return this.services.own.postgres;
  }

  /** Only of a bed that was opened alone. */
  get rabbitmq(): PrivateBroker {
    return this.services.own.rabbitmq;
  }

  /** Starts the planner again after it was killed or stopped. */
  async restartPlanner(): Promise<void> {
    await this.planner.kill();
    this.planner = await startPlanner(this.folder, this.serviceEnv);
  }

  async addExecutor(): Promise<ServiceProcess> {
    const name = `executor-${++this.#executorsEver}`;
    const executor = await ServiceProcess.start(
      ['executor'],
      { ...this.serviceEnv, MUSTER_DATA_DIR: join(this.folder.path, name) },
      join(this.folder.path, `${name}.log`),
    );
    this.executors.push(executor);
    return executor;
  }

  /** A file in the bed's folder; gives its path. */
  write(name: string, content: string): string {
    const path = join(this.folder.path, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Publishes a bundle made of `files`, and gives nothing: it fails when the planner refuses. */
  async publish(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) this.write(join(name, path), content);
    await musterJson(['release', 'publish', join(this.folder.path, name)], this.env);
  }

  /** Applies a cluster of the bed's hosts, with roles by host name. */
  async apply(
    cluster: string,
    release: string,
    roles: Readonly<Record<string, readonly string[]>>,
    more: object = {},
  ): Promise<void> {
    const hosts = this.hosts.hosts.filter(({ name }) => roles[name]);
    const nodes = Object.fromEntries(
      hosts.map(({ name, address, port, user, identityFile, hostKey, stateDir }) => [
        name,
        { address, port, user, identityFile, hostKey, stateDir, roles: roles[name] },
      ]),
    );
    const file = this.write(`${cluster}.yaml`, stringify({ cluster, release, ...more, nodes }));
    await musterJson(['cluster', 'apply', '-f', file], this.env);
  }

  async deploy(cluster: string): Promise<string> {
    return (await musterJson<{ transaction: string }>(['deploy', cluster], this.env)).transaction;
  }

  /** What `muster status -o json` prints; asked without a process, since most of a scenario is asking again. */
  status(transaction: string): Promise<TransactionStatus> {
    return this.client.transactions.get(transaction);
  }

  /** Waits until a task is in `state`. */
  task(transaction: string, task: string, state: string): Promise<TaskStatus> {
    return waitUntil(
      `${task} is ${state}`,
      async () => {
        const found = (await this.status(transaction)).graphs[0]?.tasks[task];
        return found?.state === state ? found : null;
      },
      { timeoutMs: 60_000, intervalMs: 200 },
    );
  }

  /** Waits for the end and gives the last status. */
  async end(transaction: string, timeoutMs = 120_000): Promise<TransactionStatus> {
    return waitUntil(
      'the transaction has ended',
      async () => {
        const status = await this.status(transaction);
        return ['pending', 'running', 'paused', 'draining'].includes(status.state) ? null : status;
      },
      { timeoutMs, intervalMs: 250 },
    );
  }

  /** The executor process that owns the transaction now, and the others. */
  async owner(transaction: string): Promise<{ owner: ServiceProcess; others: ServiceProcess[] }> {
    const owner = await waitUntil('the planner knows which executor of the bed owns it', async () => {
      const { executor } = await this.status(transaction);
      return this.executors.find(({ ready }) => ready.id === executor) ?? null;
    });
    return { owner, others: this.executors.filter((each) => each !== owner) };
  }

  /** Keeps no services; prints nothing. Settles when all is gone. */
  async close(): Promise<void> {
    await Promise.all([...this.executors, this.planner].map((service) => service.stop()));
    await this.hosts.stop();
    await this.services.stop();
    if (!process.env['MUSTER_KEEP']) await this.folder.remove();
  }

  /** All that a task has printed; waits until it has ended and all of that has come, which is later than its state. */
  async logs(transaction: string, task: string, ...options: readonly string[]): Promise<string> {
    return (await this.muster(['logs', '-f', transaction, task, ...options])).stdout;
  }

  muster(words: readonly string[], env: Readonly<Record<string, string>> = {}): ReturnType<typeof muster> {
    return muster(words, { ...this.env, ...env });
  }
}
