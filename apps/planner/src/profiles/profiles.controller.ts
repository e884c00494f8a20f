import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NAME_PATTERN } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { DataSource, MoreThan } from 'typeorm';
import { findCluster, findRevision } from '../clusters/find-cluster';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { CURSOR_PART, PageQuery, pageOf, readCursor } from '../http/paging';
import { Editing } from '../http/editing';
import { Project, Who } from '../http/principal';
import { Needs } from '../http/route-access';
import { PlannerNudges } from '../running/planner-nudges';
import { clusterNeeds } from './cluster-needs';
import {
  AssignedProfileDto,
  ClusterMatchDto,
  ProfileDto,
  ProfileMatchDto,
  ProfilePageDto,
  WriteProfileDto,
} from './profile.dto';
import { ProfileRow } from './profile.entity';
import { assignByMatch, findProfile, matchProfile, profileEtag, removeProfile, writeProfile } from './profiles';

/** What machines must be to fit a purpose. */
@ApiTags('nodes')
@Controller('api/v1')
export class ProfilesController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
  ) {}

  @Get('profiles')
  @Needs('viewer')
  @ApiOperation({ operationId: 'listProfiles', summary: 'Profiles by name' })
  @ApiOkResponse({ type: ProfilePageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Query() page: PageQuery): Promise<unknown> {
    const after = readCursor(page.cursor, CURSOR_PART.name)?.[0];
    const rows = await this.database.manager.find(ProfileRow, {
      where: { project, ...(after === undefined ? {} : { name: MoreThan(after) }) },
      order: { name: 'ASC' },
      take: page.limit + 1,
    });
    return pageOf(rows, page.limit, (row) => [row.name], viewOf);
  }

  @Get('profiles/:profile')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getProfile', summary: 'One profile' })
  @ApiOkResponse({ type: ProfileDto })
  @ApiRefusals(404)
  async get(@Project() project: string, @Param('profile') name: string): Promise<ProfileDto> {
    return viewOf(await findProfile(this.database.manager, project, name));
  }

  @Put('profiles/:profile')
  @Needs('operator')
  @ApiOperation({ operationId: 'writeProfile', summary: 'Make a profile, or change it' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: ProfileDto })
  @ApiRefusals(400, 412)
  async write(
    @Param('profile') name: string,
    @Body() { rules, description }: WriteProfileDto,
    @Editing() editing: Editing,
  ): Promise<ProfileDto> {
    if (!NAME_PATTERN.test(name))
      throw new ProblemsError([
        problem('API_INVALID', { subject: 'the profile', summary: 'This cannot name a profile.' }),
      ]);
    const wish = { rules, description: description ?? null };
    const row = await this.database.transaction((on) => writeProfile(on, editing, name, wish));
    this.nudges.nudge('recorded');
    return viewOf(row);
  }

  @Delete('profiles/:profile')
  @Needs('operator')
  @HttpCode(204)
  @ApiOperation({ operationId: 'removeProfile', summary: 'Remove a profile that nothing uses' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiNoContentResponse()
  @ApiRefusals(404, 409, 412)
  async remove(@Param('profile') name: string, @Editing() editing: Editing): Promise<void> {
    await this.database.transaction((on) => removeProfile(on, editing, name));
    this.nudges.nudge('recorded');
  }

  @Get('profiles/:profile/match')
  @Needs('viewer')
  @ApiOperation({ operationId: 'matchProfile', summary: 'Which nodes fit a profile, and what is against the others' })
  @ApiOkResponse({ type: ProfileMatchDto })
  @ApiRefusals(404)
  async match(@Project() project: string, @Param('profile') name: string): Promise<unknown> {
    return { nodes: await matchProfile(this.database.manager, project, name) };
  }

  @Post('profiles/:profile/assign')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'assignProfile',
    summary: 'Give a profile to the nodes in no cluster that fit and have none',
  })
  @ApiIdempotent()
  @ApiOkResponse({ type: AssignedProfileDto })
  @ApiRefusals(404)
  async assign(@Project() project: string, @Param('profile') name: string, @Who() who: string): Promise<unknown> {
    const assigned = await this.database.transaction((on) => assignByMatch(on, project, name, who));
    this.nudges.nudge('recorded');
    return { assigned };
  }

  @Get('clusters/:cluster/match')
  @Needs('viewer')
  @ApiOperation({ operationId: 'matchCluster', summary: 'What each role of a cluster needs, and what there is' })
  @ApiOkResponse({ type: ClusterMatchDto })
  @ApiRefusals(404)
  async matchCluster(@Project() project: string, @Param('cluster') name: string): Promise<unknown> {
    const { manager } = this.database;
    const cluster = await findCluster(manager, project, name);
    const { content } = await findRevision(manager, cluster, cluster.headRevision);
    const roles = await clusterNeeds(manager, project, content);
    return { matches: roles.every(({ missing }) => missing === 0), roles };
  }
}

function viewOf(row: ProfileRow): ProfileDto {
  const { name, rules, description, changedAt } = row;
  return { name, rules, description, changedAt: changedAt.toISOString(), etag: profileEtag(row) };
}
