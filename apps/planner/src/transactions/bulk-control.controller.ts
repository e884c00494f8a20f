import type { SecretBox } from '@muster/model';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { NewId } from '../http/new-id';
import { Project, Who } from '../http/principal';
import { Needs } from '../http/route-access';
import { Operations } from '../operations/operations';
import { INSTALLATION, SECRET_BOX } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { bulkControl } from './bulk-control';
import { BulkControlDto, BulkResultsDto } from './bulk-control.dto';

@ApiTags('transactions')
@Controller('api/v1/transactions')
export class BulkControlController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    private readonly operations: Operations,
    @Inject(SECRET_BOX) private readonly secretBox: SecretBox,
    @Inject(INSTALLATION) private readonly installation: string,
  ) {}

  @Post('controls')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'controlTransactions', summary: 'Pause, resume, drain or cancel many, each by itself' })
  @ApiIdempotent()
  @ApiOkResponse({ type: BulkResultsDto })
  @ApiRefusals(400)
  async control(
    @Project() project: string,
    @Body() { transactions, verb, reason = '' }: BulkControlDto,
    @NewId() command: string,
    @Who() who: string,
  ): Promise<unknown> {
    const { database, nudges, operations, secretBox, installation } = this;
    const about = { project, transactions: transactions.map((each) => each.toLowerCase()), command };
    const parts = { database, nudges, operations, secretBox, installation };
    return { items: await bulkControl(parts, about, { verb, reason: reason === '' ? null : reason }, who) };
  }
}
