import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiAcceptedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Bus } from '@muster/messaging';
import type { SecretBox } from '@muster/model';
import { ProblemsError } from '@muster/problems';
import type { ArtifactStore } from '@muster/storage';
import { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { NewId } from '../http/new-id';
import { Project, Who } from '../http/principal';
import { Needs } from '../http/route-access';
import { awaitAnswer } from '../outgoing/await-answer';
import { planOptions } from '../plans/plan-options';
import type { PlanRunner } from '../plans/plan-runner';
import { ARTIFACTS, BUS, INSTALLATION, PLAN_RUNNER, SECRET_BOX } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { CONTROL_ANSWER_MS, controlAndWait, START_ANSWER_MS } from './control-and-wait';
import { explainTask, type Explanation } from './explain-task';
import { deploymentId, startCommandOf } from './insert-deployment';
import { forceClose } from './force-close';
import { listTransactions } from './list-transactions';
import { limitsOf } from './read-limits';
import { skipPreview } from './skip-preview';
import { startTransaction } from './start-transaction';
import {
  ControlAnswerDto,
  ControlDto,
  ForceCloseDto,
  StartedTransactionDto,
  StartTransactionDto,
  TransactionQuery,
} from './transaction.dto';
import {
  LimitsDto,
  SkipPreviewDto,
  transactionModels,
  TransactionPageDto,
  TransactionStatusDto,
  WhyDto,
} from './transaction-status.dto';
import { TRANSACTION_ID } from './transaction-id';
import { findTransaction, transactionStatus } from './transaction-status';

@ApiTags('transactions')
@ApiExtraModels(...transactionModels)
@Controller('api/v1/transactions')
export class TransactionsController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(ARTIFACTS) private readonly artifacts: ArtifactStore,
    @Inject(SECRET_BOX) private readonly secretBox: SecretBox,
    @Inject(PLAN_RUNNER) private readonly runner: PlanRunner,
    @Inject(INSTALLATION) private readonly installation: string,
  ) {}

  @Post()
  @Needs('operator')
  @ApiOperation({ operationId: 'startTransaction', summary: 'Deploy a cluster' })
  @ApiIdempotent()
  @ApiCreatedResponse({ type: StartedTransactionDto })
  @ApiRefusals(400, 404, 409, 422)
  async start(
    @Project() project: string,
    @Body() body: StartTransactionDto,
    @NewId() id: string,
    @Who() who: string,
  ): Promise<StartedTransactionDto> {
    const { database, artifacts, secretBox, runner, installation } = this;
    const wish = {
      project,
      cluster: body.cluster,
      graphs: body.graphs ?? null,
      sequence: body.sequence ?? null,
      plan: body.plan ?? null,
      options: { ...planOptions(body), noop: body.noop ?? false },
      reason: body.reason ?? null,
    };
    await startTransaction({ database, artifacts, secretBox, runner, installation }, id, wish, who);
    this.nudges.nudge('recorded');
    await awaitAnswer(database, this.nudges, startCommandOf(deploymentId(id, 1)), START_ANSWER_MS);
    const { problems } = await findTransaction(database.manager, project, id);
    if (problems.length > 0) throw new ProblemsError(problems);
    return { transaction: id };
  }

  @Get()
  @Needs('viewer')
  @ApiOperation({ operationId: 'listTransactions', summary: 'Transactions, newest first' })
  @ApiOkResponse({ type: TransactionPageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Query() query: TransactionQuery): Promise<unknown> {
    return listTransactions(this.database.manager, project, query);
  }

  @Get(':transaction')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getTransaction', summary: 'State of a transaction and of all its tasks' })
  @ApiOkResponse({ type: TransactionStatusDto })
  @ApiRefusals(400, 404)
  async status(@Project() project: string, @Param('transaction', TRANSACTION_ID) id: string): Promise<unknown> {
    const status = await transactionStatus(this.database, project, id);
    return status.answer();
  }

  @Post(':transaction/controls')
  @Needs('operator')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'controlTransaction',
    summary: 'Pause, resume, drain, cancel, retry, skip, change a limit',
  })
  @ApiIdempotent()
  @ApiAcceptedResponse({ type: ControlAnswerDto })
  @ApiRefusals(400, 404, 409)
  async control(
    @Project() project: string,
    @Param('transaction', TRANSACTION_ID) id: string,
    @Body() body: ControlDto,
    @NewId() command: string,
    @Who() who: string,
  ): Promise<ControlAnswerDto> {
    const wish = {
      verb: body.verb,
      tasks: body.tasks ?? null,
      limit: body.limit ?? null,
      event: body.event ?? null,
      reason: body.reason ?? null,
    };
    const { database, secretBox, installation, nudges } = this;
    return controlAndWait(
      { database, secretBox, installation, nudges },
      { project, transaction: id },
      command,
      wish,
      who,
    );
  }

  @Post(':transaction/force-close')
  @Needs('operator')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'forceCloseTransaction',
    summary: 'End a transaction without its executors; what runs on its nodes is not ended, and may go on',
  })
  @ApiIdempotent()
  @ApiAcceptedResponse({ type: ControlAnswerDto })
  @ApiRefusals(400, 404)
  async forceClose(
    @Project() project: string,
    @Param('transaction', TRANSACTION_ID) id: string,
    @Body() body: ForceCloseDto,
    @NewId() command: string,
    @Who() who: string,
  ): Promise<ControlAnswerDto> {
    await forceClose(this.database, project, id, command, { who, why: body.reason ?? null });
    this.nudges.nudge('recorded');
    await awaitAnswer(this.database, this.nudges, command, CONTROL_ANSWER_MS);
    const told = await rowOf(
      this.database.manager,
      'SELECT 1 FROM planner.outgoing WHERE id = $1 AND answered_at IS NULL',
      [command],
    );
    // Until an executor has read it, the claims are held.
    return { command, effect: told === null ? 'taken' : 'pending' };
  }

  @Get(':transaction/limits')
  @Needs('viewer')
  @ApiOperation({ operationId: 'readLimits', summary: 'Limits of the graph that runs, and who holds them' })
  @ApiOkResponse({ type: LimitsDto })
  @ApiRefusals(400, 404, 409, 503)
  async limits(@Project() project: string, @Param('transaction', TRANSACTION_ID) id: string): Promise<unknown> {
    await findTransaction(this.database.manager, project, id);
    return limitsOf(this.database.manager, this.bus, id);
  }

  @Get(':transaction/tasks/:task/skip-preview')
  @Needs('viewer')
  @ApiOperation({ operationId: 'previewSkip', summary: 'What would go on if a task were skipped' })
  @ApiOkResponse({ type: SkipPreviewDto })
  @ApiRefusals(400, 404)
  async skipPreview(
    @Project() project: string,
    @Param('transaction', TRANSACTION_ID) id: string,
    @Param('task') task: string,
  ): Promise<unknown> {
    await findTransaction(this.database.manager, project, id);
    return skipPreview(this.database.manager, id, task);
  }

  @Get(':transaction/tasks/:task/why')
  @Needs('viewer')
  @ApiOperation({ operationId: 'explainTask', summary: 'Every reason why a task does not run now' })
  @ApiOkResponse({ type: WhyDto })
  @ApiRefusals(400, 404, 503)
  async why(
    @Project() project: string,
    @Param('transaction', TRANSACTION_ID) id: string,
    @Param('task') task: string,
  ): Promise<Explanation> {
    await findTransaction(this.database.manager, project, id);
    return explainTask(this.database.manager, this.bus, id, task);
  }
}
