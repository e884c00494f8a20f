import { Body, Controller, Delete, Get, Header, HttpCode, Param, ParseIntPipe, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { PageQuery } from '../http/paging';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { applyCluster } from './apply-cluster';
import {
  AppliedClusterDto,
  ApplyClusterDto,
  ClusterDto,
  ClusterPageDto,
  ClusterQuery,
  DeleteClusterQuery,
} from './cluster.dto';
import { RevisionDto, RevisionPageDto } from './revision.dto';
import { knownNodes } from './cluster-nodes';
import { appliedView, clusterView, listClusters, listRevisions, revisionView } from './cluster-views';
import { deleteCluster } from './delete-cluster';
import { exportCluster } from './export-cluster';
import { findCluster, findRevision } from './find-cluster';
import { ClusterParts } from './revise-cluster';

@ApiTags('clusters')
@Controller('api/v1/clusters')
export class ClustersController {
  constructor(private readonly parts: ClusterParts) {}

  @Put(':cluster')
  @Needs('operator')
  @ApiOperation({ operationId: 'applyCluster', summary: 'Create a cluster or write a new revision of it' })
  @ApiIdempotent()
  @ApiOkResponse({ type: AppliedClusterDto })
  @ApiEditable()
  @ApiRefusals(400, 409, 412, 413, 422, 503)
  async apply(
    @Param('cluster') name: string,
    @Body() body: ApplyClusterDto,
    @Editing() { project, who, ifMatch }: Editing,
  ): Promise<AppliedClusterDto> {
    const { source, sourceName = 'cluster.yaml', identities = {}, acceptHostKeys = false, reason = null } = body;
    const applied = await applyCluster(
      this.parts,
      project,
      { name, source, sourceName, identities, acceptHostKeys, ifMatch },
      { who, why: reason },
    );
    return appliedView(applied);
  }

  @Get()
  @Needs('viewer')
  @ApiOperation({ operationId: 'listClusters', summary: 'Clusters by name' })
  @ApiOkResponse({ type: ClusterPageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Query() query: ClusterQuery): Promise<unknown> {
    return listClusters(this.parts.database.manager, project, query);
  }

  @Get(':cluster')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getCluster', summary: 'A cluster with its newest revision' })
  @ApiOkResponse({ type: ClusterDto })
  @ApiRefusals(404)
  async get(@Project() project: string, @Param('cluster') name: string): Promise<ClusterDto> {
    return clusterView(this.parts.database.manager, await findCluster(this.parts.database.manager, project, name));
  }

  @Get(':cluster/export')
  @Needs('viewer')
  @Header('content-type', 'text/yaml; charset=utf-8')
  @ApiOperation({ operationId: 'exportCluster', summary: 'The cluster file of the newest revision, secrets left out' })
  @ApiProduces('text/yaml')
  @ApiOkResponse({ content: { 'text/yaml': { schema: { type: 'string' } } } })
  @ApiRefusals(404)
  async export(@Project() project: string, @Param('cluster') name: string): Promise<string> {
    const { manager } = this.parts.database;
    const cluster = await findCluster(manager, project, name);
    const { content } = await findRevision(manager, cluster, cluster.headRevision);
    const known = await knownNodes(
      manager,
      project,
      content.nodes.map((node) => node.name),
    );
    return exportCluster(content, known);
  }

  @Get(':cluster/revisions')
  @Needs('viewer')
  @ApiOperation({ operationId: 'listRevisions', summary: 'Revisions of a cluster, newest first' })
  @ApiOkResponse({ type: RevisionPageDto })
  @ApiRefusals(400, 404)
  async revisions(
    @Project() project: string,
    @Param('cluster') name: string,
    @Query() query: PageQuery,
  ): Promise<unknown> {
    return listRevisions(
      this.parts.database.manager,
      await findCluster(this.parts.database.manager, project, name),
      query,
    );
  }

  @Get(':cluster/revisions/:number')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getRevision', summary: 'One revision' })
  @ApiOkResponse({ type: RevisionDto })
  @ApiRefusals(400, 404)
  async revision(
    @Project() project: string,
    @Param('cluster') name: string,
    @Param('number', ParseIntPipe) number: number,
  ): Promise<RevisionDto> {
    const { manager } = this.parts.database;
    return revisionView(await findRevision(manager, await findCluster(manager, project, name), number));
  }

  @Delete(':cluster')
  @Needs('operator')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteCluster',
    summary: 'Delete a cluster that is not deployed, and that no transaction is running on',
  })
  @ApiEditable()
  @ApiIdempotent()
  @ApiNoContentResponse()
  @ApiRefusals(400, 404, 409, 412)
  async delete(
    @Param('cluster') name: string,
    @Query() { keep, reason }: DeleteClusterQuery,
    @Editing() { project, who, ifMatch }: Editing,
  ): Promise<void> {
    await deleteCluster(this.parts.database, project, name, {
      ...{ keep: keep === 'true', ifMatch, who, why: reason ?? null },
    });
    this.parts.nudges.nudge('recorded');
  }
}
