import { type Bus, InProcessBroker } from '@muster/messaging';
import { SecretValue } from '@muster/model';
import { createSecretBox } from '@muster/secrets';
import {
  createArtifactTables,
  type Database,
  migrate,
  openDatabase,
  type OpenOptions,
  PostgresArtifactStore,
} from '@muster/storage';
import { createLogger } from '@muster/telemetry';
import { createTestDatabase, privateFolder, waitUntil } from '@muster/testkit';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import request, { type Test } from 'supertest';
import { DataSource } from 'typeorm';
import { migrations } from '../database/migrations';
import { connectDatabase } from '../database/open-database';
import { EVENT_KINDS, type EventKind } from '../feed/event-kinds';
import type { FeedEvent } from '../feed/feed-event';
import { faultsOf } from '../feed/kind-schema';
import type { Grants } from '../identity/grants';
import { hashToken, newToken } from '../identity/token-hash';
import type { PlannerConfig } from '../planner-config';
import { type RunningPlanner, startPlanner } from '../start-planner';
import { webhookSettings } from '../webhooks/webhook-settings';
import { bundleArchive, SMALL_RELEASE, smallCluster } from './bundle-archive.testing';
import { FakeExecutor } from './fake-executor.testing';
import { HookedPlanRunner } from './hooked-plan-runner.testing';

const SECRET_KEY = '5'.repeat(64);

export const ADMIN_TOKEN = 'test-admin-token-0123456789';

/** A planner (or several) on real PostgreSQL and an in-process broker, with an executor that does as it is told. */
export class TestPlanner {
  /** Lines of the log, to be searched for what must not be there. */
  readonly log: string[] = [];
  readonly logger = createLogger({ name: 'planner', stream: { write: (line) => void this.log.push(line) } });
  readonly broker = new InProcessBroker({ log: this.logger, pace: { delayMs: 5, delayMaxMs: 20, heldMaxMs: 1000 } });
  readonly #buses: Bus[] = [];
  readonly executor = new FakeExecutor(this.#connect());
  readonly secretBox = createSecretBox(SECRET_KEY);
  readonly runner = new HookedPlanRunner(this.secretBox);
  readonly planners: RunningPlanner[] = [];
  /** Webhooks reach this machine, and do not wait long. */
  readonly webhooks = { ...webhookSettings({ allow: ['127.0.0.1'], giveUpHours: 72 }), pauseMs: 20 };
  /** Connections of the test's own. */
  database!: DataSource;
  readonly #removals: (() => Promise<void>)[] = [];
  #opened: Database | undefined;

  private constructor(
    private readonly auth: 'on' | 'off',
    private readonly kind: Database['kind'],
    private readonly databaseUrl: string | null,
  ) {}

  static async start(
    planners = 1,
    auth: 'on' | 'off' = 'on',
    kind: Database['kind'] = 'postgres',
    databaseUrl: string | null = null,
  ): Promise<TestPlanner> {
    const it = new TestPlanner(auth, kind, databaseUrl);
    try {
      await it.#open(planners);
      return it;
    } catch (error) {
      await it.close();
      throw error;
    }
  }

  async #open(planners: number): Promise<void> {
    this.#opened = await this.#openDatabase();
    await this.executor.start();
    this.showHostKeys();
    for (let index = 0; index < planners; index++) await this.add();
    this.database = await connectDatabase(this.#opened);
  }

  async #openDatabase(): Promise<Database> {
    if (this.kind === 'embedded') {
      const folder = await privateFolder('planner');
      this.#removals.push(() => folder.remove());
      return openWithTables({
        config: { kind: 'embedded', folder: join(folder.path, 'database') },
        name: 'planner-test',
      });
    }
    if (this.databaseUrl !== null)
      return openWithTables({
        config: { kind: 'postgres', url: this.databaseUrl },
        name: 'planner-test',
        onConnectionLost: () => undefined,
      });
    const place = await createTestDatabase({ name: 'planner', prepare: prepareDatabase });
    this.#removals.push(() => place.drop());
    const opened = await openDatabase({ config: { kind: 'postgres', url: place.url }, name: 'planner-test' });
    // Made with the tables, which may come from a template: each planner has one of its own all the same.
    await opened.pool.query('UPDATE planner.installation SET id = gen_random_uuid()::text');
    return opened;
  }

  /** Has the machines of the small cluster show the host keys that they were made with. */
  showHostKeys(): void {
    this.executor.hostKeys.set('192.0.2.1', `SHA256:${'1'.repeat(43)}`);
    this.executor.hostKeys.set('192.0.2.2', `SHA256:${'2'.repeat(43)}`);
  }

  /** Starts one more planner on the same database and broker, or another broker, with these things told otherwise. */
  async add(bus: Bus = this.#connect(), config: Partial<PlannerConfig> = {}): Promise<RunningPlanner> {
    const { opened } = this;
    const planner = await startPlanner(
      {
        host: '127.0.0.1',
        port: 0,
        auth: this.auth,
        adminToken: new SecretValue(ADMIN_TOKEN),
        nodes: { inspectBackoffMs: 20 },
        // Suites of refusals send thousands in a minute.
        failuresPerMinute: 100_000,
        ...config,
      },
      {
        database: opened,
        bus,
        artifacts: new PostgresArtifactStore(opened.pool, 'artifacts'),
        secretBox: this.secretBox,
        secretKey: new SecretValue(SECRET_KEY),
        logger: this.logger,
        runner: this.runner,
        webhooks: this.webhooks,
      },
    );
    this.planners.push(planner);
    return planner;
  }

  /** The database as it was opened for the planners. */
  get opened(): Database {
    if (this.#opened === undefined) throw new Error('the database is not open');
    return this.#opened;
  }

  get url(): string {
    return this.planners[0]?.url ?? '';
  }

  #connect(): Bus {
    const bus = this.broker.connect();
    this.#buses.push(bus);
    return bus;
  }

  async close(): Promise<void> {
    await Promise.all(this.planners.map((planner) => planner.close()));
    await this.executor.stop();
    await Promise.all(this.#buses.map((bus) => bus.close()));
    await this.database?.destroy();
    await this.#opened?.close();
    for (const remove of this.#removals) await remove();
  }

  get(path: string): Test {
    return request(this.url).get(path).set('authorization', `Bearer ${ADMIN_TOKEN}`);
  }

  delete(path: string): Test {
    return request(this.url).delete(path).set('authorization', `Bearer ${ADMIN_TOKEN}`);
  }

  post(path: string, body: object = {}, key: string = randomUUID()): Test {
    return request(this.url)
      .post(path)
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .set('idempotency-key', key)
      .send(body);
  }

  put(path: string, body: object = {}, key: string = randomUUID()): Test {
    return request(this.url)
      .put(path)
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .set('idempotency-key', key)
      .send(body);
  }

  patch(path: string, body: object = {}, key: string = randomUUID()): Test {
    return request(this.url)
      .patch(path)
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .set('idempotency-key', key)
      .set('content-type', 'application/merge-patch+json')
      .send(JSON.stringify(body));
  }

  /** Writes a token with these roles; gives it. */
  async tokenWith(grants: Grants, name: string = randomUUID()): Promise<string> {
    const token = newToken();
    await this.database.query(
      `INSERT INTO planner.token (id, hash, name, grants, created_by) VALUES (gen_random_uuid(), $1, $2, $3, 'test')`,
      [hashToken(token), name, grants],
    );
    return token;
  }

  /** Publishes a release made of these files. */
  async publish(
    files: Readonly<Record<string, string | Buffer>> = SMALL_RELEASE,
    kind = 'releases',
    key: string = randomUUID(),
  ): Promise<request.Response> {
    return request(this.url)
      .post(`/api/v1/${kind}`)
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .set('idempotency-key', key)
      .set('content-type', 'application/gzip')
      .send(await bundleArchive(files));
  }

  apply(source: string = smallCluster(), more: object = {}): Test {
    const identities = { n1: 'private key one', n2: 'private key two' };
    return this.put('/api/v1/clusters/c1', {
      source,
      sourceName: 'c1.yaml',
      identities,
      acceptHostKeys: true,
      ...more,
    });
  }

  /** The small release published and its cluster applied. */
  async prepare(): Promise<this> {
    await this.publish().then((response) => expectStatus(response, 201));
    await this.apply().then((response) => expectStatus(response, 200));
    return this;
  }

  /** Where the planners keep artifacts. */
  get artifactStore(): PostgresArtifactStore {
    return new PostgresArtifactStore(this.opened.pool, 'artifacts');
  }

  /** Text of a stored artifact. */
  async artifact(digest: string): Promise<string> {
    const pieces: Uint8Array[] = [];
    const content = await this.artifactStore.open(digest);
    for await (const piece of content) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  }

  /** Fails if the feed tells something that its page does not. */
  async checkFeed(): Promise<void> {
    const rows = await this.database.query<FeedEvent[]>('SELECT type, subject, data FROM planner.feed_event');
    const faults = rows.flatMap((event) => {
      const kind = EVENT_KINDS[event.type] as EventKind | undefined;
      const found = kind === undefined ? ['no such kind'] : faultsOf(kind, event);
      return found.map((fault) => `${event.type}: ${fault}`);
    });
    if (faults.length > 0) throw new Error([...new Set(faults)].join('\n'));
  }

  /** Everything that the feed tells of a transaction and its tasks, once all that was written has its number. */
  async feedOf(transaction: string): Promise<readonly FeedEvent[]> {
    await waitUntil('every event has its number', async () => {
      const unnumbered = 'SELECT count(*) AS count FROM planner.feed_event WHERE number IS NULL';
      return Number((await this.database.query<{ count: string }[]>(unnumbered))[0]?.count) === 0;
    });
    const { body } = (await this.get(
      `/api/v1/events?limit=1000&kind=transaction.*,task.*&transaction=${transaction}`,
    )) as {
      body: { items: FeedEvent[] };
    };
    return body.items;
  }

  /** Empties the tables of clusters, nodes and transactions, and these, with all that hangs on them. */
  async clear(...more: readonly string[]): Promise<void> {
    const tables = ['cluster', 'node', 'transaction', ...more].map((table) => `planner.${table}`);
    for (;;) {
      try {
        await this.database.query(`TRUNCATE ${tables.join(', ')} CASCADE`);
        return;
      } catch (error) {
        // The planner's loops go on meanwhile and lock in another order: whom the database ends tries again.
        if ((error as { code?: string }).code !== '40P01') throw error;
      }
    }
  }

  /** Waits until a transaction is in a state. */
  async untilState(transaction: string, state: string): Promise<void> {
    const ask = async () => (await this.get(`/api/v1/transactions/${transaction}`)).body.state === state;
    await waitUntil(`transaction ${transaction} is ${state}`, ask);
  }

  /** Waits until the executor was sent a transaction's run; gives its deployment. */
  async untilStarted(transaction: string, run: number): Promise<string> {
    const find = () => this.executor.starts.find((start) => start.transaction === transaction && start.run === run);
    return (await waitUntil(`run ${run} of ${transaction} was sent`, find)).deployment;
  }

  /** Starts a transaction; gives its id and the deployment that the executor was sent. */
  async deploy(body: object = {}): Promise<{ transaction: string; deployment: string }> {
    const response = await this.post('/api/v1/transactions', { cluster: 'c1', ...body });
    expectStatus(response, 201);
    const { transaction } = response.body as { transaction: string };
    const deployment = this.executor.starts.find((start) => start.transaction === transaction)?.deployment;
    if (deployment === undefined) throw new Error('the executor was not sent the deployment');
    return { transaction, deployment };
  }
}

/** Fails with the answer's body if its status is another. */
export function expectStatus(response: request.Response, status: number): void {
  if (response.status !== status) throw new Error(`${response.status} instead of ${status}: ${response.text}`);
}

async function openWithTables(options: OpenOptions): Promise<Database> {
  const database = await openDatabase(options);
  await migrate(database, 'artifacts', [createArtifactTables('artifacts')]);
  await migrate(database, 'planner', migrations);
  return database;
}

async function prepareDatabase(url: string): Promise<void> {
  await (await openWithTables({ config: { kind: 'postgres', url }, name: 'planner-test' })).close();
}
