import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { invariant } from '@muster/problems';
import { BusServer } from '@muster/messaging';
import {
  CONTROLS_QUEUE,
  PUBLICATIONS_QUEUE,
  publishBundlePart,
  controlTransaction,
  deploymentEvents,
  EVENTS_QUEUE,
  OUTPUT_QUEUE,
  gatheredOutput,
  taskOutput,
} from '@muster/protocol';
import { migrate } from '@muster/storage';
import { aroundMessage, NestLogger, NO_TRACING } from '@muster/telemetry';
import { json, type NextFunction, type Request, type Response } from 'express';
import { FeedTail } from './feed/feed-tail';
import { recordRequests } from './audit/record-requests';
import { RefusalGate } from './audit/refusal-gate';
import { startWork } from './running/start-work';
import { migrations } from './database/migrations';
import { connectDatabase, installationOf } from './database/open-database';
import { SCHEMA } from './database/schema';
import { PlannerMetrics } from './health/planner-metrics';
import { OpenApiDocument } from './http/openapi';
import { checkText } from './http/check-text';
import { FailedSignIns } from './http/failed-sign-ins';
import { keyRequestHashes } from './http/request-hash';
import { JSON_TYPES } from './http/media-type.guard';
import { identify } from './http/identify';
import { lingerForBody } from './http/sent-body';
import { observeRequests } from './http/observe-requests';
import { describeFailure } from './http/problem-filter';
import { findPrincipalIn } from './identity/find-principal';
import { Operations } from './operations/operations';
import { checkPlannerConfig, type PlannerConfig } from './planner-config';
import type { PlannerPorts } from './planner-ports';
import { PlannerModule, type PlannerRuntime } from './planner.module';
import { watchedPlanRunner } from './plans/watched-plan-runner';
import { WorkerPlanRunner } from './plans/worker-plan-runner';
import { webhookSettings } from './webhooks/webhook-settings';
import { RETENTION } from './retention/retention';
import { PlannerNudges } from './running/planner-nudges';

/** Each is waited for a few seconds. */
const CONTROLS_PREFETCH = 8;
/** Each may hold a megabyte, and the last of a bundle takes seconds. */
const PUBLICATIONS_PREFETCH = 4;
/** Largest JSON body. */
const JSON_BYTES_MAX = 8 * 1024 * 1024;

/**
 * How long a connection stays open that nothing is asked on: longer than clients and load balancers keep theirs (60 s), so that it
 * is they who close it. Otherwise a request that is on its way meanwhile gets no answer.
 */
const KEEP_ALIVE_MS = 75_000;

/** How long a closing planner waits for requests. */
const CLOSE_MS = 5000;

/** A planner that serves. */
export interface RunningPlanner {
  /** Where it is reached: `http://127.0.0.1:7070`. */
  readonly url: string;
  /** Takes nothing new, ends streams, waits for what is being handled; the ports stay open. */
  close(): Promise<void>;
}

/**
 * Starts a planner on opened ports. Refuses with `ProblemsError` (`CONFIG_INVALID`, all problems) before anything is
 * opened. Several may run on one database and broker, also beside an executor in one process.
 */
export async function startPlanner(config: PlannerConfig, ports: PlannerPorts): Promise<RunningPlanner> {
  checkPlannerConfig(config);
  await migrate(ports.database, SCHEMA, migrations);
  // What was opened, in order; closed the other way round, also when a later step fails.
  const opened: (() => Promise<unknown>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const database = await connectDatabase(ports.database, config.statementMs);
    opened.push(() => database.destroy());
    const tracing = ports.tracing ?? NO_TRACING;
    const metrics = new PlannerMetrics(database, ports.bus);
    const runner = watchedPlanRunner(ports.runner ?? new WorkerPlanRunner(ports.secretKey), tracing, metrics);
    opened.push(() => runner.close());
    const closing = new AbortController();
    const installation = await installationOf(database);
    const onFailure = (error: unknown): void =>
      ports.logger.error({ failure: describeFailure(error) }, 'work in the background failed');
    const nudges = new PlannerNudges();
    const operations = new Operations(database, nudges, onFailure);
    opened.push(() => operations.close());
    const webhooks = ports.webhooks ?? webhookSettings(config.webhooks);
    const runtime = {
      ...ports,
      ...{ webhooks, retention: config.retention ?? RETENTION },
      ...{ database, runner, tracing, metrics, nudges, operations, installation, tail: new FeedTail(database) },
      closing: closing.signal,
      refusals: new RefusalGate(),
    };
    const app = await createApp(config, runtime);
    const work = startWork(runtime, config.nodes ?? {}, onFailure);
    opened.push(() => work.close());
    opened.push(() => closeServer(app));
    app.connectMicroservice({ strategy: eventServer(runtime) });
    await app.startAllMicroservices();
    // Streams first: they would keep the server open for ever.
    opened.push(async () => closing.abort());
    app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
    await app.listen(config.port, config.host);
    const scheme = config.tls ? 'https' : 'http';
    return { url: urlOf(app.getHttpServer(), scheme, config.host), close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Requests get a while to end; a sender that never does is cut off. */
async function closeServer(app: NestExpressApplication): Promise<void> {
  const timer = setTimeout(() => app.getHttpServer().closeAllConnections(), CLOSE_MS);
  await app.close();
  clearTimeout(timer);
}

/** Messages in hand at once, of which few are large; those of one deployment still go one after another. */
const EVENTS_PREFETCH = 200;
const OUTPUT_PREFETCH = 100;

function eventServer({ bus, logger, tracing }: PlannerRuntime): BusServer {
  return new BusServer({
    bus,
    log: logger,
    around: aroundMessage(tracing),
    queues: [
      { queue: EVENTS_QUEUE, prefetch: EVENTS_PREFETCH },
      { queue: OUTPUT_QUEUE, prefetch: OUTPUT_PREFETCH },
      { queue: CONTROLS_QUEUE, prefetch: CONTROLS_PREFETCH },
      { queue: PUBLICATIONS_QUEUE, prefetch: PUBLICATIONS_PREFETCH },
    ],
    kinds: [deploymentEvents, taskOutput, gatheredOutput, controlTransaction, publishBundlePart],
  });
}

/** The application without a port: what tests and the printed OpenAPI document need. */
export async function createApp(config: PlannerConfig, runtime: PlannerRuntime): Promise<NestExpressApplication> {
  const findPrincipal =
    config.auth === 'off' ? null : findPrincipalIn(runtime.database, config.adminToken, config.oidc);
  const app = await NestFactory.create<NestExpressApplication>(PlannerModule.register(runtime, findPrincipal), {
    bodyParser: false,
    abortOnError: false,
    ...(config.tls ? { httpsOptions: config.tls } : {}),
    logger: new NestLogger(runtime.logger),
  });
  const metrics = app.get(PlannerMetrics);
  app.disable('x-powered-by');
  app.set('trust proxy', [...(config.trustedProxies ?? [])]);
  app.use(lingerForBody());
  app.use(observeRequests(runtime.logger, runtime.tracing));
  app.use(metrics.observe());
  app.use(plainAnswers);
  app.use(keyRequestHashes(runtime.secretKey));
  app.use(recordRequests(runtime));
  app.use(identify(findPrincipal, new FailedSignIns(config.failuresPerMinute)));
  app.use(json({ limit: JSON_BYTES_MAX, type: [...JSON_TYPES] }));
  app.use(checkText);
  app.get(OpenApiDocument).application = app;
  await app.init();
  return app;
}

/** What is answered is not to be kept by proxies, nor taken for something else by a browser. */
function plainAnswers(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('cache-control', 'no-store');
  next();
}

function urlOf(server: Server, scheme: string, host: string): string {
  const address = server.address() as AddressInfo | null;
  invariant(address, 'a listening server has an address');
  return `${scheme}://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${address.port}`;
}
