import { startExecutor } from '@muster/executor';
import { createMasker } from '@muster/secrets';
import { startPlanner } from '@muster/planner';
import { createLogger, type Logger } from '@muster/telemetry';
import { Closing } from './closing';
import { prepareDataFolder } from './data-folder';
import { executorArtifacts } from './executor-artifacts';
import { openParts, type Parts, secretOf } from './open-parts';
import type { RunningService } from './run-in-foreground';
import type { ServerConfig } from './server-config';

/** Starts what `config.kind` says. Fails with `ProblemsError` when something outside is not as configured. */
export async function startService(config: ServerConfig): Promise<RunningService> {
  const logger = createLogger({ name: config.kind, level: config.logLevel });
  const closing = new Closing(logger);
  try {
    await prepareDataFolder(config.dataDir);
    const parts = await openParts(config, logger, closing);
    const id = config.kind === 'planner' ? null : await runExecutor(config, parts, logger, closing);
    // Last: who reads its address finds everything behind it running.
    const url = config.kind === 'executor' ? null : await runPlanner(config, parts, logger, closing);
    return { ready: { ...(url === null ? {} : { url }), ...(id === null ? {} : { id }) }, close: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function runPlanner(config: ServerConfig, parts: Parts, logger: Logger, closing: Closing): Promise<string> {
  const { artifacts, secretBox, database } = parts;
  const adminToken = await secretOf(config, 'admin-token', config.adminToken);
  const bus = await parts.openBus('planner');
  const planner = await startPlanner(
    { host: config.httpHost, port: config.httpPort, auth: config.auth, adminToken },
    { database, bus, artifacts, secretBox, logger },
  );
  closing.add('planner', () => planner.close());
  return planner.url;
}

async function runExecutor(config: ServerConfig, parts: Parts, logger: Logger, closing: Closing): Promise<string> {
  const { artifacts, secretBox, database } = parts;
  const bus = await parts.openBus('executor');
  const executor = await startExecutor(
    {
      leaseMs: config.leaseMs,
      // Nobody else can ever own what is in an embedded database.
      leasesExpire: database.kind === 'postgres',
      plannerUrl: config.kind === 'executor' ? config.plannerUrl : null,
    },
    { database, bus, artifacts: executorArtifacts(artifacts), secretBox, makeMasker: createMasker, logger },
  );
  closing.add('executor', () => executor.close());
  return executor.id;
}
