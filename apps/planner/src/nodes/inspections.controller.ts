import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { NewId } from '../http/new-id';
import { PageQuery } from '../http/paging';
import { Project, Who } from '../http/principal';
import { Needs } from '../http/route-access';
import { PlannerNudges } from '../running/planner-nudges';
import { InspectionPageDto, InspectionWithNodesDto, StartInspectionDto } from './inspection.dto';
import { findInspection, listInspections, startInspection } from './inspections';

/** Many nodes are asked for their facts; beside requests, so that nobody waits for the slowest machine. */
@ApiTags('nodes')
@Controller('api/v1/inspections')
export class InspectionsController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
  ) {}

  @Post()
  @Needs('operator')
  @HttpCode(202)
  @ApiOperation({ operationId: 'startInspection', summary: 'Ask nodes for their facts, twenty at once' })
  @ApiIdempotent()
  @ApiAcceptedResponse({ type: InspectionWithNodesDto })
  @ApiRefusals(400, 404, 409)
  async start(
    @Project() project: string,
    @NewId() id: string,
    @Body() { nodes, reason }: StartInspectionDto,
    @Who() who: string,
  ): Promise<unknown> {
    await this.database.transaction((on) =>
      startInspection(on, id, project, { nodes: nodes ?? null, who, why: reason ?? null }),
    );
    this.nudges.nudge('inspect');
    this.nudges.nudge('recorded');
    return findInspection(this.database.manager, project, id);
  }

  @Get()
  @Needs('viewer')
  @ApiOperation({ operationId: 'listInspections', summary: 'Inspections, newest first' })
  @ApiOkResponse({ type: InspectionPageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Query() query: PageQuery): Promise<unknown> {
    return listInspections(this.database.manager, project, query);
  }

  @Get(':inspection')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getInspection', summary: 'One inspection, with what came of each node' })
  @ApiOkResponse({ type: InspectionWithNodesDto })
  @ApiRefusals(404)
  async get(@Project() project: string, @Param('inspection') id: string): Promise<unknown> {
    return findInspection(this.database.manager, project, id);
  }
}
