import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { PageQuery } from '../http/paging';
import { Caller, type Person } from '../http/principal';
import { NeedsEverywhere, NeedsToken } from '../http/route-access';
import { PlannerNudges } from '../running/planner-nudges';
import { CreateProjectDto, ProjectDto, ProjectPageDto } from './project.dto';
import { createProject, findProject, listProjects, projectView, setArchived } from './projects';

/** Owners of every name; the installation's administrators make them. */
@ApiTags('projects')
@Controller('api/v1/projects')
export class ProjectsController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
  ) {}

  @Get()
  @NeedsToken()
  @ApiOperation({ operationId: 'listProjects', summary: 'Projects in which you have a role, by name' })
  @ApiOkResponse({ type: ProjectPageDto })
  @ApiRefusals(400)
  async list(@Caller() caller: Person, @Query() query: PageQuery): Promise<unknown> {
    return listProjects(this.database.manager, caller, query);
  }

  @Get(':project')
  @NeedsToken()
  @ApiOperation({ operationId: 'getProject', summary: 'One project in which you have a role' })
  @ApiOkResponse({ type: ProjectDto })
  @ApiRefusals(404)
  async get(@Caller() caller: Person, @Param('project') name: string): Promise<ProjectDto> {
    return projectView(await findProject(this.database.manager, caller, name), caller);
  }

  @Post()
  @NeedsEverywhere('admin')
  @ApiOperation({ operationId: 'createProject', summary: 'Make a project' })
  @ApiIdempotent()
  @ApiCreatedResponse({ type: ProjectDto })
  @ApiRefusals(400, 409)
  async create(@Caller() caller: Person, @Body() { name }: CreateProjectDto): Promise<ProjectDto> {
    const row = await createProject(this.database, name, caller.name);
    this.nudges.nudge('recorded');
    return projectView(row, caller);
  }

  @Post(':project/archive')
  @HttpCode(200)
  @NeedsEverywhere('admin')
  @ApiOperation({
    operationId: 'archiveProject',
    summary: 'Make a project without open transactions one that is only read',
  })
  @ApiIdempotent()
  @ApiOkResponse({ type: ProjectDto })
  @ApiRefusals(404, 409)
  async archive(@Caller() caller: Person, @Param('project') name: string): Promise<ProjectDto> {
    return this.#setArchived(caller, name, true);
  }

  @Post(':project/restore')
  @HttpCode(200)
  @NeedsEverywhere('admin')
  @ApiOperation({ operationId: 'restoreProject', summary: 'Take an archived project back into use' })
  @ApiIdempotent()
  @ApiOkResponse({ type: ProjectDto })
  @ApiRefusals(404)
  async restore(@Caller() caller: Person, @Param('project') name: string): Promise<ProjectDto> {
    return this.#setArchived(caller, name, false);
  }

  async #setArchived(caller: Person, name: string, archived: boolean): Promise<ProjectDto> {
    await findProject(this.database.manager, caller, name);
    await setArchived(this.database, name, archived, caller.name);
    this.nudges.nudge('recorded');
    return projectView(await findProject(this.database.manager, caller, name), caller);
  }
}
