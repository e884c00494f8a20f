import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type ExecutionLog, Executor, type NodePort } from '@muster/execution';
import { BusServer, makeEnvelope } from '@muster/messaging';
import {
  adoptNode,
  closeTransaction,
  COMMANDS_QUEUE,
  controlDeployment,
  deploymentEvents,
  describeExecutors,
  describePools,
  EVENTS_QUEUE,
  explainTask,
  gatheredOutput,
  NUDGE_EXCHANGE,
  nudge,
  OUTPUT_QUEUE,
  QUESTIONS_QUEUE,
  setPool,
  readEvents,
  readLimits,
  releaseTransaction,
  greetBehind,
  greetMachines,
  inspectNode,
  INSPECTIONS_QUEUE,
  powerNode,
  scanHostKey,
  startDeployment,
} from '@muster/protocol';
import { SshNodeInspector, SshNodePort, SshNodeShell } from '@muster/remote';
import type { SecretBox } from '@muster/model';
import { answersInTime, type Database, migrate, statementLimit } from '@muster/storage';
import { withoutScope } from '@muster/telemetry';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Pool, type PoolConfig } from 'pg';
import { graphBytes, readBeside, readGraph } from './artifacts/read-graph';
import { PlannerArtifacts } from './artifacts/fetch-artifacts';
import { ExecutorMetrics } from './health/executor-metrics';
import { type HealthServer, serveHealth } from './health/health-server';
import { BOX, EXECUTOR, type ExecutorAppPorts, type ExecutorConfig, INSPECTOR, NODES, SHELL } from './executor-ports';
import { CommandHandlers } from './handlers/command-handlers';
import { InspectionHandlers } from './handlers/inspection-handlers';
import { NudgeHandlers } from './handlers/nudge-handlers';
import { QuestionHandlers } from './handlers/question-handlers';
import { EXECUTOR_MIGRATIONS } from './store/executor-migrations';
import { keepHouse } from './store/keep-house';
import { PgDeploymentStore } from './store/pg-deployment-store';
import { systemClock } from './system-clock';

/** Commands in hand at once: each is a short database transaction, or a fetch of artifacts. */
const COMMANDS_AT_ONCE = 8;
const QUESTIONS_AT_ONCE = 16;
/** Mostly waiting for machines. */
const INSPECTIONS_AT_ONCE = 20;
const DEPLOYMENTS_MAX = 100;
/** Of a renewal; with longer leases it may take as long as those: after that its answer is of no use. */
const RENEWAL_MS_MIN = 5000;
/** On a stop: how long stored events are waited for until they are published; others publish what is left. */
const STOP_PATIENCE_MS = 5000;

/** An executor that serves. */
export interface RunningExecutor {
  readonly id: string;
  /** Where its health and figures are told; null: nowhere. */
  readonly healthUrl: string | null;
  /** Takes nothing new, hands its deployments over; commands on nodes go on. The ports stay open. */
  close(): Promise<void>;
}

@Module({})
class ExecutorModule {
  static register(executor: Executor, nodes: NodePort, box: SecretBox): DynamicModule {
    return {
      module: ExecutorModule,
      controllers: [CommandHandlers, InspectionHandlers, QuestionHandlers, NudgeHandlers],
      providers: [
        { provide: EXECUTOR, useValue: executor },
        { provide: NODES, useValue: nodes },
        { provide: INSPECTOR, useFactory: () => new SshNodeInspector() },
        { provide: SHELL, useFactory: () => new SshNodeShell() },
        { provide: BOX, useValue: box },
      ],
    };
  }
}

/** Starts an executor on opened ports: migrates its schema, serves commands and questions, owns deployments. */
export async function startExecutor(config: ExecutorConfig, ports: ExecutorAppPorts): Promise<RunningExecutor> {
  const { database, bus, artifacts, secretBox, makeMasker, logger } = ports;
  await migrate(database, 'executor', EXECUTOR_MIGRATIONS);
  const id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const { statements, leases } = openPools(database, config, logger);
  const nodes = new SshNodePort({
    artifacts: {
      open: async (digest) => {
        const content = await artifacts.open(digest);
        if (!content) throw new Error(`artifact ${digest} is not kept here`);
        return content;
      },
    },
  });
  const executor = new Executor(
    {
      clock: systemClock,
      store: new PgDeploymentStore(statements, leases),
      nodes,
      box: secretBox,
      artifacts: new PlannerArtifacts(artifacts, config.plannerUrl),
      publishEvents: (message) => bus.send(EVENTS_QUEUE, makeEnvelope(deploymentEvents, message)),
      publishOutput: (message) => bus.send(OUTPUT_QUEUE, makeEnvelope(gatheredOutput, message)),
      makeMasker,
      encodeBase64: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
      readGraph: (gzip) => readGraph(gzip, artifacts),
      graphBytes: (graph) => graphBytes(graph, artifacts),
      readBeside: (digest) => readBeside(digest, artifacts),
      nudge: () => {
        bus.publish(NUDGE_EXCHANGE, makeEnvelope(nudge, {})).catch(() => undefined);
      },
      log: logger,
      tracing: ports.tracing ?? null,
      apart: withoutScope,
    },
    { id, leaseMs: config.leaseMs, leasesExpire: config.leasesExpire, deploymentsMax: DEPLOYMENTS_MAX },
  );
  const app = await NestFactory.createMicroservice(ExecutorModule.register(executor, nodes, secretBox), {
    strategy: new BusServer({
      bus,
      log: logger,
      ...(ports.aroundMessage ? { around: ports.aroundMessage } : {}),
      queues: [
        { queue: COMMANDS_QUEUE, prefetch: COMMANDS_AT_ONCE },
        { queue: QUESTIONS_QUEUE, prefetch: QUESTIONS_AT_ONCE },
        { queue: INSPECTIONS_QUEUE, prefetch: INSPECTIONS_AT_ONCE },
      ],
      exchanges: [{ exchange: NUDGE_EXCHANGE }],
      kinds: [
        adoptNode,
        startDeployment,
        controlDeployment,
        releaseTransaction,
        closeTransaction,
        explainTask,
        readEvents,
        readLimits,
        scanHostKey,
        inspectNode,
        greetMachines,
        greetBehind,
        powerNode,
        describeExecutors,
        describePools,
        setPool,
        nudge,
      ],
    }),
    logger: false,
    abortOnError: false,
  });
  // First: an address that is taken leaves nothing behind.
  const health = await openHealth(config, ports, executor, nodes);
  executor.start();
  await app.listen();
  const stopHouse = keepHouse(database.pool, config.plannerUrl === null ? null : artifacts, (error) =>
    logger.warn({ err: error }, 'nothing was forgotten; tried again in an hour'),
  );
  return {
    id,
    healthUrl: health?.url ?? null,
    close: async () => {
      await health?.close();
      await app.close();
      await stopHouse();
      await executor.stop(STOP_PATIENCE_MS);
      await nodes.close();
      await leases.end();
      await statements.end();
    },
  };
}

/**
 * Connections of the store. A link that was cut without a word is silent until TCP gives up, a quarter of an hour later: nothing waits
 * that long. A renewal has one of its own, so that it never waits behind events.
 */
function openPools(
  { kind, poolConfig }: Database,
  { leaseMs, statementMs }: ExecutorConfig,
  logger: ExecutionLog,
): { readonly statements: Pool; readonly leases: Pool } {
  const limit = (ms?: number): PoolConfig => (kind === 'embedded' ? {} : statementLimit(ms));
  const statements = new Pool({ ...poolConfig, ...limit(statementMs) });
  const leases = new Pool({ ...poolConfig, ...limit(Math.max(leaseMs, RENEWAL_MS_MIN)), max: 1 });
  for (const pool of [statements, leases])
    pool.on('error', (error) => logger.warn({ err: error }, 'an idle connection to the database was lost'));
  return { statements, leases };
}

async function openHealth(
  { health }: ExecutorConfig,
  { database: { pool }, bus }: ExecutorAppPorts,
  executor: Executor,
  nodes: SshNodePort,
): Promise<HealthServer | null> {
  if (!health) return null;
  const metrics = new ExecutorMetrics({ executor, nodes, pool, bus }, health.isAlone);
  const answers = answersInTime(() => pool.query('SELECT 1'));
  const reasons = async (): Promise<readonly string[]> => [
    ...((await answers()) ? [] : ['the database does not answer']),
    ...(bus.isConnected ? [] : ['there is no connection to the broker']),
  ];
  return serveHealth(health, { reasons, metrics });
}
