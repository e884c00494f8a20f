import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import type { ClusterRow } from '../clusters/cluster.entity';
import { findCluster } from '../clusters/find-cluster';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { answerOnce, OwnIdempotency } from '../http/idempotency.interceptor';
import { idempotencyKeyOf } from '../http/idempotency-key';
import { Project } from '../http/principal';
import { requestHash } from '../http/request-hash';
import { Needs } from '../http/route-access';
import { PLAN_RUNNER } from '../planner-ports';
import { findKeptPlan, keepPlan, shownPlan } from './keep-plan';
import { graphTypesOf } from './graph-types';
import { planCluster, type PlannedCluster } from './plan-cluster';
import { planOptions } from './plan-options';
import { PlanClusterDto, PlanDto } from './plan.dto';
import type { PlanRunner } from './plan-runner';
import { withMembers } from './with-members';

@ApiTags('clusters')
@Controller('api/v1/clusters/:cluster/plans')
export class PlansController {
  constructor(
    private readonly database: DataSource,
    @Inject(PLAN_RUNNER) private readonly runner: PlanRunner,
  ) {}

  @Post()
  @Needs('operator')
  @HttpCode(200)
  // The same plan is kept under the same digest, however often it is asked for: of a key is kept what it stands for, and no plan.
  @OwnIdempotency()
  @ApiIdempotent()
  @ApiOperation({ operationId: 'planCluster', summary: 'What would run, and why; kept under its digest unless raw' })
  @ApiOkResponse({ type: PlanDto })
  @ApiRefusals(400, 404, 409, 422)
  async plan(
    @Project() project: string,
    @Param('cluster') name: string,
    @Body() body: PlanClusterDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const key = idempotencyKeyOf(request);
    let made: Buffer | null = null;
    const plan = async (): Promise<null> => ((made = await this.#plan(project, name, body)), null);
    if (key !== null) await answerOnce(this.database, key, request, requestHash(request, body), response, plan);
    if (made === null) await plan();
    response.status(200).type('application/json').send(made);
  }

  async #plan(project: string, name: string, body: PlanClusterDto): Promise<Buffer> {
    const { database, runner } = this;
    const cluster = await findCluster(database.manager, project, name);
    const options = planOptions(body);
    const raw = body.raw ?? false;
    const problems: Problem[] = [];
    const plans: PlannedCluster[] = [];
    for (const [index, graphType] of (await this.#graphTypes(cluster, body)).entries()) {
      const whatIf = index === 0 ? (body.whatIf ?? null) : null;
      const wish = { cluster, revision: cluster.headRevision, graphType, ...options, noop: false, raw, whatIf };
      const made = await planCluster({ database, runner }, wish);
      if (made.ok) plans.push(made.planned);
      else problems.push(...made.problems);
    }
    const [first, ...later] = plans;
    if (problems.length > 0 || first === undefined) throw new ProblemsError(problems);
    if (!raw) await keepPlan(database.manager, first, options);
    return shown(first, later);
  }

  @Get(':digest')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getPlan', summary: 'A plan that was made before, as it was shown' })
  @ApiOkResponse({ type: PlanDto })
  @ApiRefusals(404)
  async kept(
    @Project() project: string,
    @Param('cluster') name: string,
    @Param('digest') digest: string,
    @Res() response: Response,
  ): Promise<void> {
    const { manager } = this.database;
    const kept = await findKeptPlan(manager, (await findCluster(manager, project, name)).id, digest);
    if (kept === null) {
      const subject = `plan ${digest.slice(0, 80)}`;
      const summary = `No such plan of cluster ${name} is kept.`;
      throw new ProblemsError([
        problem('API_NOT_FOUND', { subject, summary, remedy: 'Plans are kept for 30 days; raw ones are not.' }),
      ]);
    }
    response
      .status(200)
      .type('application/json')
      .send(await shownPlan(kept));
  }

  async #graphTypes(cluster: ClusterRow, body: PlanClusterDto): Promise<readonly string[]> {
    const { graphType, graphs = null, sequence = null } = body;
    if (graphType !== undefined && (graphs !== null || sequence !== null)) {
      const summary = 'It is the only graph, so neither graphs nor a sequence can be named too.';
      throw new ProblemsError([
        problem('API_INVALID', { subject: 'field graphType', summary, place: { path: 'graphType' } }),
      ]);
    }
    return (await graphTypesOf(this.database.manager, cluster, { graphs, sequence })) ?? [graphType ?? 'default'];
  }
}

/** The first plan's JSON, with what else was asked for. */
async function shown(first: PlannedCluster, later: readonly PlannedCluster[]): Promise<Buffer> {
  const provisional: string[] = [];
  for (const plan of later) provisional.push(withMembers(await shownPlan(plan), { provisional: 'true' }).toString());
  return withMembers(await shownPlan(first), {
    ...(first.whatIf === null ? {} : { whatIf: first.whatIf }),
    ...(later.length === 0 ? {} : { later: `[${provisional.join(',')}]` }),
  });
}
