import { type SecretBox, VALIDATIONS_GRAPH } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { ArtifactStore } from '@muster/storage';
import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { findCluster } from '../clusters/find-cluster';
import { rowsOf } from '../database/sql';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { NewId, uuidOf } from '../http/new-id';
import { Project, Who } from '../http/principal';
import { Needs } from '../http/route-access';
import { awaitAnswer } from '../outgoing/await-answer';
import { planOptions } from '../plans/plan-options';
import type { PlanRunner } from '../plans/plan-runner';
import { ARTIFACTS, INSTALLATION, PLAN_RUNNER, SECRET_BOX } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { controlAndWait, START_ANSWER_MS } from '../transactions/control-and-wait';
import { deploymentId, startCommandOf } from '../transactions/insert-deployment';
import { startTransaction } from '../transactions/start-transaction';
import { findTransaction } from '../transactions/transaction-status';
import { StartedTransactionDto } from '../transactions/transaction.dto';
import { chosenTasks, listValidations, validationsOf } from './list-validations';
import { RunValidationsDto, StoppedValidationsDto, StopValidationsDto, ValidationListDto } from './validation.dto';

/** Checks that a cluster's release and plugins declare: what there is, what came of it, and running them alone. */
@ApiTags('validations')
@Controller('api/v1/clusters/:cluster/validations')
export class ValidationsController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    @Inject(ARTIFACTS) private readonly artifacts: ArtifactStore,
    @Inject(SECRET_BOX) private readonly secretBox: SecretBox,
    @Inject(PLAN_RUNNER) private readonly runner: PlanRunner,
    @Inject(INSTALLATION) private readonly installation: string,
  ) {}

  @Get()
  @Needs('viewer')
  @ApiOperation({
    operationId: 'listValidations',
    summary: 'Validations by group, with the latest result of each node',
  })
  @ApiOkResponse({ type: ValidationListDto })
  @ApiRefusals(404, 422)
  async list(@Project() project: string, @Param('cluster') name: string): Promise<ValidationListDto> {
    const cluster = await findCluster(this.database.manager, project, name);
    return { items: await listValidations(this.database.manager, cluster) };
  }

  @Post('run')
  @Needs('operator')
  @ApiOperation({ operationId: 'runValidations', summary: 'Start a transaction of validations alone' })
  @ApiIdempotent()
  @ApiCreatedResponse({ type: StartedTransactionDto })
  @ApiRefusals(400, 404, 409, 422)
  async run(
    @Project() project: string,
    @Param('cluster') name: string,
    @Body() { groups, validations, nodes, reason }: RunValidationsDto,
    @NewId() id: string,
    @Who() who: string,
  ): Promise<StartedTransactionDto> {
    const { database, artifacts, secretBox, runner, installation } = this;
    const cluster = await findCluster(database.manager, project, name);
    const declared = await validationsOf(database.manager, cluster);
    const tasks = chosenTasks(declared, groups ?? null, validations ?? null);
    const options = { ...planOptions({ tasks, nodes: nodes ?? null }), noop: false };
    const wish = { project, cluster: name, graphs: [VALIDATIONS_GRAPH], sequence: null, plan: null, options };
    const parts = { database, artifacts, secretBox, runner, installation };
    await startTransaction(parts, id, { ...wish, reason: reason ?? null }, who);
    this.nudges.nudge('recorded');
    await awaitAnswer(database, this.nudges, startCommandOf(deploymentId(id, 1)), START_ANSWER_MS);
    const { problems } = await findTransaction(database.manager, project, id);
    if (problems.length > 0) throw new ProblemsError(problems);
    return { transaction: id };
  }

  @Post('stop')
  @HttpCode(202)
  @Needs('operator')
  @ApiOperation({
    operationId: 'stopValidations',
    summary: 'Cancel what runs of validations alone; those within a deployment are part of it',
  })
  @ApiIdempotent()
  @ApiAcceptedResponse({ type: StoppedValidationsDto })
  @ApiRefusals(404, 409)
  async stop(
    @Project() project: string,
    @Param('cluster') name: string,
    @Body() { reason }: StopValidationsDto,
    @NewId() command: string,
    @Who() who: string,
  ): Promise<StoppedValidationsDto> {
    const { database, secretBox, installation, nudges } = this;
    const cluster = await findCluster(database.manager, project, name);
    const running = await rowsOf<{ id: string }>(
      database.manager,
      'SELECT id FROM planner.transaction WHERE cluster_id = $1 AND graphs = ARRAY[$2::text] AND ended_at IS NULL ORDER BY created_at',
      [cluster.id, VALIDATIONS_GRAPH],
    );
    if (running.length === 0)
      throw new ProblemsError([
        problem('CONTROL_NOT_POSSIBLE', {
          subject: `validations of cluster ${name}`,
          summary: 'None run by themselves.',
          remedy: 'To stop those of a deployment, cancel it: `muster cancel TRANSACTION`.',
        }),
      ]);
    const wish = { verb: 'cancel' as const, tasks: null, limit: null, event: null, reason: reason ?? null };
    for (const { id } of running)
      await controlAndWait(
        { database, secretBox, installation, nudges },
        { project, transaction: id },
        uuidOf(`${command} ${id}`),
        wish,
        who,
      );
    return { transactions: running.map(({ id }) => id) };
  }
}
