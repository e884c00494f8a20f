import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import type { Tracing } from '@muster/telemetry';
import { DataSource } from 'typeorm';
import { ArchivesController } from './archives/archives.controller';
import { ArtifactsController } from './artifacts/artifacts.controller';
import { AuditController } from './audit/audit.controller';
import { RefusalGate } from './audit/refusal-gate';
import { BundleService } from './bundles/bundle-service';
import { ClusterParts } from './clusters/revise-cluster';
import { PluginsController, ReleasesController } from './bundles/bundles.controllers';
import { ClusterCopiesController } from './clusters/cluster-copies.controller';
import { ClusterEditsController } from './clusters/cluster-edits.controller';
import { ClusterOptionsController } from './clusters/cluster-options.controller';
import { ClusterReadsController } from './clusters/cluster-reads.controller';
import { ClustersController } from './clusters/clusters.controller';
import { ControlHandlers } from './transactions/control-handlers';
import { DeploymentHandlers } from './transactions/deployment-handlers';
import { FeedController } from './feed/feed.controller';
import { FeedTail } from './feed/feed-tail';
import { HealthController } from './health/health.controller';
import { MetricsController } from './health/metrics.controller';
import { PlannerMetrics } from './health/planner-metrics';
import { AccessGuard } from './http/access.guard';
import { EtagInterceptor } from './http/etag';
import type { FindPrincipal } from './http/identify';
import { IdempotencyInterceptor } from './http/idempotency.interceptor';
import { MediaTypeGuard } from './http/media-type.guard';
import { OpenApiController, OpenApiDocument } from './http/openapi';
import { ProblemFilter } from './http/problem-filter';
import { ScopeInterceptor } from './http/scope.interceptor';
import { validation } from './http/validation';
import { InspectionsController } from './nodes/inspections.controller';
import { DiscoveriesController } from './nodes/discoveries.controller';
import { NodeDriversController } from './nodes/node-drivers.controller';
import { NodeMachinesController } from './nodes/node-machines.controller';
import { NodeMovesController } from './nodes/node-moves.controller';
import { NodesController } from './nodes/nodes.controller';
import { OperationInterceptor } from './operations/operation.interceptor';
import { Operations } from './operations/operations';
import { OutputIntake } from './output/output-intake';
import { OutputController } from './output/output.controller';
import {
  ARTIFACTS,
  BUS,
  CLOSING,
  FIND_PRINCIPAL,
  INSTALLATION,
  LOGGER,
  PLAN_RUNNER,
  type PlannerPorts,
  SECRET_BOX,
  WEBHOOKS,
  SECRET_KEY,
} from './planner-ports';
import { IdentityController } from './identity/identity.controller';
import { TokensController } from './identity/tokens.controller';
import { ProjectsController } from './projects/projects.controller';
import { PoolsController } from './pools/pools.controller';
import { ProfilesController } from './profiles/profiles.controller';
import { PlansController } from './plans/plans.controller';
import type { PlanRunner } from './plans/plan-runner';
import { PublicationHandlers } from './publications/publication-handlers';
import { PresetsController } from './presets/presets.controller';
import { PlannerNudges } from './running/planner-nudges';
import { EventIntake } from './transactions/event-intake';
import { HistoryController } from './history/history.controller';
import type { RetentionConfig } from './retention/retention';
import { BulkControlController } from './transactions/bulk-control.controller';
import { TransactionsController } from './transactions/transactions.controller';
import { ValidationsController } from './validations/validations.controller';
import type { WebhookSettings } from './webhooks/webhook-settings';
import { WebhooksController } from './webhooks/webhooks.controller';

/** What exists once the database is open. */
export interface PlannerRuntime extends Omit<PlannerPorts, 'database'> {
  readonly database: DataSource;
  readonly runner: PlanRunner;
  readonly tracing: Tracing;
  readonly metrics: PlannerMetrics;
  readonly installation: string;
  readonly nudges: PlannerNudges;
  readonly tail: FeedTail;
  readonly operations: Operations;
  readonly webhooks: WebhookSettings;
  readonly retention: RetentionConfig;
  readonly closing: AbortSignal;
  readonly refusals: RefusalGate;
}

/** Wires ports to controllers; guard, filter, pipe and interceptor stand before every route. */
@Module({})
export class PlannerModule {
  static register(runtime: PlannerRuntime, findPrincipal: FindPrincipal | null): DynamicModule {
    return {
      module: PlannerModule,
      controllers: [
        ReleasesController,
        PluginsController,
        ClustersController,
        ArchivesController,
        ClusterCopiesController,
        PresetsController,
        ClusterEditsController,
        ClusterOptionsController,
        ClusterReadsController,
        PlansController,
        NodesController,
        NodeMovesController,
        NodeMachinesController,
        NodeDriversController,
        DiscoveriesController,
        ProfilesController,
        InspectionsController,
        PoolsController,
        ProjectsController,
        IdentityController,
        TokensController,
        AuditController,
        BulkControlController,
        TransactionsController,
        ValidationsController,
        HistoryController,
        OutputController,
        FeedController,
        WebhooksController,
        ArtifactsController,
        HealthController,
        MetricsController,
        OpenApiController,
        ControlHandlers,
        DeploymentHandlers,
        PublicationHandlers,
      ],
      providers: [
        { provide: DataSource, useValue: runtime.database },
        { provide: BUS, useValue: runtime.bus },
        { provide: ARTIFACTS, useValue: runtime.artifacts },
        { provide: SECRET_BOX, useValue: runtime.secretBox },
        { provide: SECRET_KEY, useValue: runtime.secretKey },
        { provide: LOGGER, useValue: runtime.logger },
        { provide: PLAN_RUNNER, useValue: runtime.runner },
        { provide: INSTALLATION, useValue: runtime.installation },
        { provide: FIND_PRINCIPAL, useValue: { find: findPrincipal } },
        { provide: CLOSING, useValue: runtime.closing },
        { provide: PlannerNudges, useValue: runtime.nudges },
        { provide: RefusalGate, useValue: runtime.refusals },
        { provide: FeedTail, useValue: runtime.tail },
        { provide: WEBHOOKS, useValue: runtime.webhooks },
        { provide: Operations, useValue: runtime.operations },
        { provide: PlannerMetrics, useValue: runtime.metrics },
        { provide: EventIntake, useFactory: () => new EventIntake(runtime) },
        { provide: OutputIntake, useFactory: () => new OutputIntake(runtime.database, runtime.nudges) },
        OpenApiDocument,
        BundleService,
        ClusterParts,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: MediaTypeGuard },
        // The outer ones, so that an answer that is told again has its header, too.
        { provide: APP_INTERCEPTOR, useClass: ScopeInterceptor },
        { provide: APP_INTERCEPTOR, useClass: EtagInterceptor },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        { provide: APP_INTERCEPTOR, useClass: OperationInterceptor },
        { provide: APP_PIPE, useFactory: validation },
        { provide: APP_FILTER, useFactory: () => new ProblemFilter(runtime.logger) },
      ],
    };
  }
}
