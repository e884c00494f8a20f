import type { Bus } from '@muster/messaging';
import { NAME_PATTERN } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { BUS } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { PoolDto, PoolListDto, SetPoolDto } from './pool.dto';
import { findPool, listPools, removePool, writePool } from './pools';

/** Limits that deployments of all clusters share. */
@ApiTags('pools')
@Controller('api/v1/pools')
export class PoolsController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Get()
  @Needs('viewer')
  @ApiOperation({ operationId: 'listPools', summary: 'Pools by name, with who holds their slots and who waits' })
  @ApiOkResponse({ type: PoolListDto })
  @ApiRefusals(503)
  async list(@Project() project: string): Promise<PoolListDto> {
    return { items: await listPools(this.database.manager, this.bus, project) };
  }

  @Get(':pool')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getPool', summary: 'One pool, with who holds its slots and who waits' })
  @ApiOkResponse({ type: PoolDto })
  @ApiRefusals(404, 503)
  get(@Project() project: string, @Param('pool') name: string): Promise<PoolDto> {
    return findPool(this.database.manager, this.bus, project, name);
  }

  @Put(':pool')
  @Needs('admin')
  @ApiOperation({ operationId: 'setPool', summary: 'Make a pool or change its size, also while it is in use' })
  @ApiEditable()
  @ApiIdempotent()
  @ApiOkResponse({ type: PoolDto })
  @ApiRefusals(400, 412, 503)
  async set(
    @Param('pool') name: string,
    @Body() { slots }: SetPoolDto,
    @Editing() { project, ifMatch }: Editing,
  ): Promise<PoolDto> {
    if (!NAME_PATTERN.test(name))
      throw new ProblemsError([
        problem('API_INVALID', {
          subject: 'pool',
          summary: 'Its name is none.',
          remedy: 'Use letters, digits, dots, underscores and hyphens, at most 128.',
        }),
      ]);
    await writePool(this.database, this.bus, project, name, slots, ifMatch);
    this.nudges.nudge('recorded');
    return findPool(this.database.manager, this.bus, project, name);
  }

  @Delete(':pool')
  @Needs('admin')
  @HttpCode(204)
  @ApiOperation({ operationId: 'removePool', summary: 'Remove a pool that nobody uses' })
  @ApiEditable()
  @ApiIdempotent()
  @ApiNoContentResponse()
  @ApiRefusals(404, 409, 412, 503)
  async remove(@Param('pool') name: string, @Editing() { project, ifMatch }: Editing): Promise<void> {
    await removePool(this.database, this.bus, project, name, ifMatch);
    this.nudges.nudge('recorded');
  }
}
