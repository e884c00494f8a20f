import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { findCluster, findRevision } from './find-cluster';
import { blankedCluster, blanksOf, makeCluster } from './new-cluster';
import { BlanksDto, CloneClusterDto, MadeClusterDto, madeView, wishOf } from './new-cluster.dto';
import { ClusterParts } from './revise-cluster';

/** Clusters made of others, and what is to be filled in them. */
@ApiTags('clusters')
@Controller('api/v1/clusters/:cluster')
export class ClusterCopiesController {
  constructor(private readonly parts: ClusterParts) {}

  @Post('clone')
  @Needs('operator')
  @HttpCode(201)
  @ApiOperation({
    operationId: 'cloneCluster',
    summary: 'Make a new cluster of this one, without machines and secrets',
  })
  @ApiIdempotent()
  @ApiCreatedResponse({ type: MadeClusterDto })
  @ApiRefusals(400, 404, 409, 422, 503)
  async clone(
    @Param('cluster') name: string,
    @Body() body: CloneClusterDto,
    @Editing() { project, who }: Editing,
  ): Promise<MadeClusterDto> {
    const { manager } = this.parts.database;
    const cluster = await findCluster(manager, project, name);
    const { number, content } = await findRevision(manager, cluster, body.revision ?? cluster.headRevision);
    const blanked = await blankedCluster(manager, project, this.parts.secretBox, content);
    const why = body.reason ?? `Clone of revision ${number} of cluster ${name}.`;
    const made = await makeCluster(this.parts, project, blanked, wishOf(body), {
      ...{ who, why, change: 'clone' },
    });
    return madeView(made);
  }

  @Get('blanks')
  @Needs('viewer')
  @ApiOperation({ operationId: 'listBlanks', summary: 'What is to be filled before the cluster can be deployed' })
  @ApiOkResponse({ type: BlanksDto })
  @ApiRefusals(404)
  async blanks(@Project() project: string, @Param('cluster') name: string): Promise<BlanksDto> {
    const { manager } = this.parts.database;
    const cluster = await findCluster(manager, project, name);
    const { number, content } = await findRevision(manager, cluster, cluster.headRevision);
    const toBeFilled = (await blanksOf(manager, project, content)).map(({ path, kind }) => ({ path: [...path], kind }));
    return { cluster: name, revision: number, toBeFilled };
  }
}
