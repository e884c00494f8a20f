import { Body, Controller, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProblemsError } from '@muster/problems';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { findCluster } from '../clusters/find-cluster';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { OwnIdempotency } from '../http/idempotency.interceptor';
import { PLAN_RUNNER } from '../planner-ports';
import { keepPlan } from './keep-plan';
import { planCluster } from './plan-cluster';
import { PlanClusterDto, PlanDto } from './plan.dto';
import type { PlanRunner } from './plan-runner';

@ApiTags('clusters')
@Controller('api/v1/clusters/:cluster/plans')
export class PlansController {
  constructor(
    private readonly database: DataSource,
    @Inject(PLAN_RUNNER) private readonly runner: PlanRunner,
  ) {}

  @Post()
  @HttpCode(200)
  // The same plan is kept under the same digest, however often it is asked for.
  @OwnIdempotency()
  @ApiIdempotent()
  @ApiOperation({ operationId: 'planCluster', summary: 'What would run, and why; kept under its digest unless raw' })
  @ApiOkResponse({ type: PlanDto })
  @ApiRefusals(400, 404, 422)
  async plan(@Param('cluster') name: string, @Body() body: PlanClusterDto, @Res() response: Response): Promise<void> {
    const { database, runner } = this;
    const cluster = await findCluster(database.manager, name);
    const options = { nodes: body.nodes ?? null, tasks: body.tasks ?? null, force: body.force ?? false };
    const raw = body.raw ?? false;
    const made = await planCluster(
      { database, runner },
      { cluster, revision: cluster.headRevision, graphType: body.graphType ?? 'default', ...options, noop: false, raw },
    );
    if (!made.ok) throw new ProblemsError(made.problems);
    if (!raw) await keepPlan(database.manager, made.planned, options);
    // The runner has printed it: a plan of a large cluster is not worth parsing only to print it again.
    response.status(200).type('application/json').send(Buffer.from(made.planned.json));
  }
}
