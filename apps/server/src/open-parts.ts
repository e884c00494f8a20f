import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bus, BusError, InProcessBroker, RabbitBus, type RabbitBusOptions } from '@muster/messaging';
import { REPLIES_EXCHANGE } from '@muster/protocol';
import { problem, ProblemsError } from '@muster/problems';
import { createSecretBox, loadOrCreateKeyFile } from '@muster/secrets';
import { SecretValue, type SecretBox } from '@muster/model';
import {
  type ArtifactStore,
  createArtifactTables,
  type Database,
  FolderArtifactStore,
  migrate,
  openDatabase,
  PostgresArtifactStore,
} from '@muster/storage';
import { type Logger, scopeHeaders } from '@muster/telemetry';
import { checkSecretKey, createSecretCheck } from './check-secret-key';
import type { Closing } from './closing';
import { explainTls, tlsFault } from './explain-tls';
import { readTls } from './read-tls';
import type { ServerConfig } from './server-config';

/** What planner and executor are started on. */
export interface Parts {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly secretKey: SecretValue;
  /** Made with it. */
  readonly secretBox: SecretBox;
  /** A bus for one service; they are closed with the rest. */
  openBus(name: string): Promise<Bus>;
}

/** Opens database, artifact store, secrets and broker as configured; `closing` learns how to give each back. */
export async function openParts(config: ServerConfig, logger: Logger, closing: Closing): Promise<Parts> {
  const secretKey = await secretOf(config, 'secret-key', config.secretKey);
  const secretBox = createSecretBox(secretKey.reveal());
  const tls = await readTls(config.tls.database, 'DATABASE');
  const database = await openDatabase({
    name: `muster ${config.kind}`,
    config: config.databaseUrl
      ? { kind: 'postgres', url: config.databaseUrl.reveal(), ...(tls === undefined ? {} : { tls }) }
      : { kind: 'embedded', folder: join(config.dataDir, 'database') },
    onConnectionLost: (error) => logger.warn({ err: error }, 'an idle connection to the database was lost'),
  }).catch((error: unknown) => {
    if (tls === undefined || !(error instanceof ProblemsError)) throw error;
    const explained = explainTls(error.cause, 'DATABASE', tls.cert !== undefined);
    throw explained === null ? error : new ProblemsError([explained]);
  });
  closing.add('database', () => database.close());
  return {
    database,
    secretKey,
    secretBox,
    artifacts: await openArtifacts(config, database, secretBox),
    openBus: await busOpener(config, logger, closing),
  };
}

/** From the environment, or kept in the data folder since the first start. */
export async function secretOf(config: ServerConfig, file: string, given: SecretValue | null): Promise<SecretValue> {
  return given ?? new SecretValue(await loadOrCreateKeyFile(join(config.dataDir, file)));
}

/** Beside the embedded database a folder, in PostgreSQL tables: whoever shares the database shares them. */
async function openArtifacts(config: ServerConfig, database: Database, box: SecretBox): Promise<ArtifactStore> {
  if (!config.databaseUrl) {
    const folder = join(config.dataDir, 'artifacts');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new FolderArtifactStore(folder);
  }
  // Each service keeps its own: an executor may have another database than the planner.
  const schema = config.kind === 'executor' ? 'executor_artifacts' : 'planner_artifacts';
  await migrate(database, schema, [createArtifactTables(schema), createSecretCheck(schema)]);
  await checkSecretKey(database, schema, box);
  return new PostgresArtifactStore(database.pool, schema);
}

async function busOpener(config: ServerConfig, logger: Logger, closing: Closing): Promise<Parts['openBus']> {
  const { amqpUrl, amqpTopology: setUp } = config;
  const tls = await readTls(config.tls.amqp, 'AMQP');
  const broker = amqpUrl ? null : new InProcessBroker({ log: logger });
  return async (name) => {
    const bus = broker
      ? broker.connect(scopeHeaders)
      : await openRabbit({
          ...{ url: amqpUrl?.reveal() ?? '', name, log: logger, setUp, headers: scopeHeaders },
          ...(tls === undefined ? {} : { tls }),
          // Executors ask nobody.
          ...(name === 'planner' ? { replies: REPLIES_EXCHANGE } : {}),
        });
    closing.add(`bus of ${name}`, () => bus.close());
    return bus;
  };
}

async function openRabbit(options: RabbitBusOptions): Promise<Bus> {
  const isTls = options.url.startsWith('amqps:');
  try {
    return await RabbitBus.open({ ...options, isFinal: (error) => isTls && tlsFault(error) !== null });
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    const explained = isTls ? explainTls(error.cause, 'AMQP', options.tls?.cert !== undefined) : null;
    const plain = { subject: 'broker', summary: error.message };
    throw new ProblemsError([explained ?? problem('BROKER_UNREACHABLE', plain)]);
  }
}
