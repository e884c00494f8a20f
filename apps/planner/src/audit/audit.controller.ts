import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { ApiRefusals } from '../http/api-errors';
import { Project } from '../http/principal';
import { Needs, NeedsEverywhere } from '../http/route-access';
import { AuditPageDto, AuditQuery } from './audit.dto';
import { listAudit } from './list-audit';

@ApiTags('audit')
@Controller('api/v1')
export class AuditController {
  constructor(private readonly database: DataSource) {}

  @Get('audit')
  @Needs('admin')
  @ApiOperation({ operationId: 'listAudit', summary: 'Who did what in the project, and who was not let, newest first' })
  @ApiOkResponse({ type: AuditPageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Query() query: AuditQuery): Promise<unknown> {
    return listAudit(this.database.manager, project, query);
  }

  @Get('installation/audit')
  @NeedsEverywhere('admin')
  @ApiOperation({
    operationId: 'listInstallationAudit',
    summary: 'Who did what in all projects and in none, and who was not let, newest first',
  })
  @ApiOkResponse({ type: AuditPageDto })
  @ApiRefusals(400)
  async listAll(@Query() query: AuditQuery): Promise<unknown> {
    return listAudit(this.database.manager, null, query);
  }
}
