import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { ApiRefusals } from '../http/api-errors';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { TRANSACTION_ID } from '../transactions/transaction-id';
import { findTransaction } from '../transactions/transaction-status';
import { AttemptPageDto, AttemptQuery, TaskInputsDto } from './history.dto';
import { listAttempts } from './list-attempts';
import { taskInputs } from './task-inputs';

/** What was done in a transaction, and with what. */
@ApiTags('transactions')
@Needs('viewer')
@Controller('api/v1/transactions/:transaction')
export class HistoryController {
  constructor(private readonly database: DataSource) {}

  @Get('attempts')
  @ApiOperation({ operationId: 'listAttempts', summary: 'Every try of every task, in all runs' })
  @ApiOkResponse({ type: AttemptPageDto })
  @ApiRefusals(400, 404)
  async attempts(
    @Project() project: string,
    @Param('transaction', TRANSACTION_ID) id: string,
    @Query() query: AttemptQuery,
  ): Promise<unknown> {
    await findTransaction(this.database.manager, project, id);
    return listAttempts(this.database.manager, id, query);
  }

  @Get('tasks/:task/inputs')
  @ApiOperation({ operationId: 'getTaskInputs', summary: 'What a task was given, as it was planned; secrets masked' })
  @ApiOkResponse({ type: TaskInputsDto })
  @ApiRefusals(400, 404)
  async inputs(
    @Project() project: string,
    @Param('transaction', TRANSACTION_ID) id: string,
    @Param('task') task: string,
  ): Promise<TaskInputsDto> {
    await findTransaction(this.database.manager, project, id);
    return taskInputs(this.database.manager, id, task);
  }
}
