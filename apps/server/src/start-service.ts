import { hostname } from 'node:os';
import { problem, ProblemsError } from '@muster/problems';
import { createMasker } from '@muster/secrets';
import { aroundMessage, createLogger, type Logger, openTracing, type Tracing } from '@muster/telemetry';
import { Closing } from './closing';
import { prepareDataFolder } from './data-folder';
import { executorArtifacts } from './executor-artifacts';
import { openParts, type Parts, secretOf } from './open-parts';
import type { RunningService } from './run-in-foreground';
import { readTls } from './read-tls';
import type { ServerConfig } from './server-config';

interface TracedParts extends Parts {
  readonly tracing: Tracing;
}

/** Starts what `config.kind` says. Fails with `ProblemsError` when something outside is not as configured. */
export async function startService(config: ServerConfig): Promise<RunningService> {
  const logger = createLogger({ name: config.kind, level: config.logLevel });
  const closing = new Closing(logger);
  try {
    await prepareDataFolder(config.dataDir);
    // The SDK reads the standard's variables from there by itself.
    const tracing = await openTracing(process.env, `muster-${config.kind}`, `${hostname()}-${process.pid}`, logger);
    closing.add('tracing', () => tracing.close());
    const parts = { ...(await openParts(config, logger, closing)), tracing };
    const executor = config.kind === 'planner' ? null : await runExecutor(config, parts, logger, closing);
    // Last: who reads its address finds everything behind it running.
    const url = config.kind === 'executor' ? null : await runPlanner(config, parts, logger, closing);
    return { ready: { ...(url === null ? {} : { url }), ...executor }, close: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function runPlanner(config: ServerConfig, parts: TracedParts, logger: Logger, closing: Closing): Promise<string> {
  const { artifacts, secretBox, secretKey, database } = parts;
  const adminToken = await secretOf(config, 'admin-token', config.adminToken);
  const bus = await parts.openBus('planner');
  const tls = await readTls(config.tls.http, 'HTTP');
  // Neither service loads the other: an executor has no use for what answers HTTP requests or plans.
  const { startPlanner } = await import('@muster/planner');
  const { trustedProxies, failuresPerMinute } = config;
  const planner = await listening(config.httpHost, config.httpPort, 'MUSTER_HTTP_PORT', () =>
    startPlanner(
      {
        host: config.httpHost,
        port: config.httpPort,
        auth: config.auth,
        adminToken,
        retention: {
          transactionDays: config.keepTransactionDays,
          transactionsPerCluster: config.keepTransactions,
          eventDays: config.keepEventDays,
          outputDays: config.keepOutputDays,
          outputBytes: config.keepOutputMebibytes * 1024 * 1024,
        },
        webhooks: { allow: config.webhookAllow, giveUpHours: config.webhookGiveUpHours },
        nodes: { checkEveryMs: config.nodeCheckSeconds * 1000 },
        ...{ trustedProxies, failuresPerMinute },
        ...(tls === undefined ? {} : { tls }),
        ...(config.oidc === null ? {} : { oidc: config.oidc }),
      },
      { database, bus, artifacts, secretBox, secretKey, logger, tracing: parts.tracing },
    ),
  );
  closing.add('planner', () => planner.close());
  return planner.url;
}

async function runExecutor(
  config: ServerConfig,
  parts: TracedParts,
  logger: Logger,
  closing: Closing,
): Promise<{ readonly id: string; readonly health?: string }> {
  const { artifacts, secretBox, database } = parts;
  const bus = await parts.openBus('executor');
  const health = await healthOf(config);
  const { startExecutor } = await import('@muster/executor');
  const start = () =>
    startExecutor(
      {
        leaseMs: config.leaseMs,
        // Nobody else can ever own what is in an embedded database.
        leasesExpire: database.kind === 'postgres',
        plannerUrl: config.kind === 'executor' ? config.plannerUrl : null,
        ...(health === null ? {} : { health }),
      },
      {
        ...{ database, bus, artifacts: executorArtifacts(artifacts), secretBox, makeMasker: createMasker, logger },
        ...{ tracing: parts.tracing, aroundMessage: aroundMessage(parts.tracing) },
      },
    );
  const executor = await listening(config.httpHost, config.executorPort ?? 0, 'MUSTER_EXECUTOR_HTTP_PORT', start);
  closing.add('executor', () => executor.close());
  return { id: executor.id, ...(executor.healthUrl === null ? {} : { health: executor.healthUrl }) };
}

async function healthOf({ executorPort, metricsToken, httpHost, tls, kind }: ServerConfig) {
  if (executorPort === null) return null;
  const files = await readTls(tls.http, 'HTTP');
  return {
    ...{ host: httpHost, port: executorPort, token: metricsToken, isAlone: kind === 'executor' },
    ...(files === undefined ? {} : { tls: files }),
  };
}

const CANNOT_LISTEN: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not listen there',
  ENOTFOUND: 'no such name is known',
};

/** What cannot be listened on is a matter of configuration. */
async function listening<T>(host: string, port: number, setting: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    const why = code === undefined ? undefined : CANNOT_LISTEN[code];
    if (why === undefined || (syscall !== 'listen' && syscall !== 'getaddrinfo')) throw error;
    const summary = `cannot listen on ${host}:${port}: ${why}`;
    throw new ProblemsError([problem('CONFIG_INVALID', { subject: `MUSTER_HTTP_HOST, ${setting}`, summary })]);
  }
}
