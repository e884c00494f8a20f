import {
  applyDecorators,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
} from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { clusterDocument, limitsDocument, nodeDocument } from '@muster/catalog';
import { type JsonObject, maskSecrets } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { AppliedClusterDto, ClusterPartDto, EditQuery } from './cluster.dto';
import { RollbackDto } from './revision.dto';
import { appliedView } from './cluster-views';
import { type ClusterEdit, editCluster, merging, onlyWhere, removing, replacing } from './edit-cluster';
import { findCluster, findRevision } from './find-cluster';
import { ClusterParts, etagOf } from './revise-cluster';
import type { RevisionChange, RevisionRow } from './revision.entity';

const anObject = (example: object, description = 'The whole value.') =>
  ApiBody({ description, schema: { type: 'object', additionalProperties: true, example } });
const aPatch = (example: object) => anObject(example, 'JSON merge patch (RFC 7396): `null` takes a member away.');

/** Documents what all edits of a part have in common. */
const ApiClusterEdit = () =>
  applyDecorators(
    ApiIdempotent(),
    ApiEditable(),
    ApiOkResponse({ type: AppliedClusterDto }),
    ApiRefusals(400, 404, 409, 412, 413, 422, 503),
  );

/** Edits of a cluster: each writes a new revision, or changes nothing. PUT replaces, PATCH merges. */
@ApiTags('clusters')
@Controller('api/v1/clusters/:cluster')
export class ClusterEditsController {
  constructor(private readonly parts: ClusterParts) {}

  @Patch()
  @Needs('operator')
  @ApiOperation({ operationId: 'patchCluster', summary: 'Merge into the cluster as its file would say it' })
  @aPatch({ settings: { port: 8080 }, nodes: { n1: { roles: ['web'] } } })
  @ApiClusterEdit()
  async patch(
    @Param('cluster') name: string,
    @Body() body: object,
    @Query() query: EditQuery,
    @Editing() editing: Editing,
  ): Promise<AppliedClusterDto> {
    return this.edit(name, merging([], body), query, editing);
  }

  @Get('settings')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getSettings', summary: 'The settings of the cluster as they were given' })
  @ApiOkResponse({ type: ClusterPartDto })
  @ApiRefusals(404)
  async settings(@Project() project: string, @Param('cluster') name: string): Promise<ClusterPartDto> {
    return this.part(project, name, (head) => head.content.settings);
  }

  @Put('settings')
  @Needs('operator')
  @ApiOperation({ operationId: 'replaceSettings', summary: 'Replace the settings of the cluster' })
  @anObject({ port: 8080 })
  @ApiClusterEdit()
  async replaceSettings(
    @Param('cluster') name: string,
    @Body() body: object,
    @Query() query: EditQuery,
    @Editing() editing: Editing,
  ): Promise<AppliedClusterDto> {
    return this.edit(name, replacing(['settings'], body), query, editing);
  }

  @Patch('settings')
  @Needs('operator')
  @ApiOperation({ operationId: 'patchSettings', summary: 'Merge into the settings of the cluster' })
  @aPatch({ port: 8080, motd: null })
  @ApiClusterEdit()
  async patchSettings(
    @Param('cluster') name: string,
    @Body() body: object,
    @Query() query: EditQuery,
    @Editing() editing: Editing,
  ): Promise<AppliedClusterDto> {
    return this.edit(name, merging(['settings'], body), query, editing);
  }

  @Get('limits')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getLimits', summary: 'The limits of the cluster' })
  @ApiOkResponse({ type: ClusterPartDto })
  @ApiRefusals(404)
  async limits(@Project() project: string, @Param('cluster') name: string): Promise<ClusterPartDto> {
    return this.part(project, name, (head) => limitsDocument(head.content.limits));
  }

  @Put('limits')
  @Needs('operator')
  @ApiOperation({ operationId: 'replaceLimits', summary: 'Replace the limits of the cluster' })
  @anObject({ nodesAtOnce: 5 })
  @ApiClusterEdit()
  async replaceLimits(
    @Param('cluster') name: string,
    @Body() body: object,
    @Query() query: EditQuery,
    @Editing() editing: Editing,
  ): Promise<AppliedClusterDto> {
    return this.edit(name, replacing(['limits'], body), query, editing);
  }

  @Patch('limits')
  @Needs('operator')
  @ApiOperation({ operationId: 'patchLimits', summary: 'Merge into the limits of the cluster' })
  @aPatch({ nodesAtOnce: 5 })
  @ApiClusterEdit()
  async patchLimits(
    @Param('cluster') name: string,
    @Body() body: object,
    @Query() query: EditQuery,
    @Editing() editing: Editing,
  ): Promise<AppliedClusterDto> {
    return this.edit(name, merging(['limits'], body), query, editing);
  }

  @Get('nodes/:node')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getAssignment', summary: 'What the cluster says of one of its nodes' })
  @ApiOkResponse({ type: ClusterPartDto })
  @ApiRefusals(404)
  async assignment(
    @Project() project: string,
    @Param('cluster') name: string,
    @Param('node') node: string,
  ): Promise<ClusterPartDto> {
    return this.part(project, name, (head) => {
      const found = head.content.nodes.find((each) => each.name === node);
      if (found === undefined) throw noSuchNode(name, node);
      return nodeDocument(found);
    });
  }

  @Put('nodes/:node')
  @Needs('operator')
  @ApiOperation({
    operationId: 'assignNode',
    summary: 'Put a node into the cluster, or replace what the cluster says of it',
  })
  @anObject({ roles: ['web'], settings: { port: 8081 } })
  @ApiClusterEdit()
  async assign(
    @Param('cluster') name: string,
    @Param('node') node: string,
    @Body() body: object,
    @Query() query: EditQuery,
    @Editing() editing: Editing,
  ): Promise<AppliedClusterDto> {
    return this.edit(name, replacing(['nodes', node], body), query, editing);
  }

  @Patch('nodes/:node')
  @Needs('operator')
  @ApiOperation({ operationId: 'patchAssignment', summary: 'Merge into what the cluster says of one of its nodes' })
  @aPatch({ settings: { port: null } })
  @ApiClusterEdit()
  async patchAssignment(
    @Param('cluster') name: string,
    @Param('node') node: string,
    @Body() body: object,
    @Query() query: EditQuery,
    @Editing() editing: Editing,
  ): Promise<AppliedClusterDto> {
    const path = ['nodes', node];
    const edit = onlyWhere(path, merging(path, body), () => noSuchNode(name, node));
    return this.edit(name, edit, query, editing);
  }

  @Delete('nodes/:node')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'unassignNode', summary: 'Take a node out of the cluster; it stays registered' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: AppliedClusterDto })
  @ApiRefusals(404, 409, 412, 422, 503)
  async unassign(
    @Param('cluster') name: string,
    @Param('node') node: string,
    @Query() query: EditQuery,
    @Editing() editing: Editing,
  ): Promise<AppliedClusterDto> {
    const edit = removing(['nodes', node], () => noSuchNode(name, node));
    return this.edit(name, edit, query, editing);
  }

  @Post('rollback')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'rollbackCluster', summary: 'Write a new revision with the content of an old one' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: AppliedClusterDto })
  @ApiRefusals(400, 404, 409, 412, 422, 503)
  async rollback(
    @Param('cluster') name: string,
    @Body() { revision, reason }: RollbackDto,
    @Editing() editing: Editing,
  ): Promise<AppliedClusterDto> {
    const { manager } = this.parts.database;
    const { content } = await findRevision(manager, await findCluster(manager, editing.project, name), revision);
    const edit = { change: () => clusterDocument(content), keepGenerated: true };
    const why = reason ?? `Content of revision ${revision}.`;
    return this.edit(name, edit, { reason: why }, editing, 'rollback');
  }

  private async edit(
    cluster: string,
    edit: ClusterEdit,
    { reason = null, acceptHostKeys }: { readonly reason?: string | null; readonly acceptHostKeys?: string },
    { project, who, ifMatch }: Editing,
    change: RevisionChange = 'edit',
  ): Promise<AppliedClusterDto> {
    const revised = await editCluster(
      this.parts,
      project,
      { cluster, acceptHostKeys: acceptHostKeys === 'true', ifMatch },
      edit,
      { who, why: reason, change },
    );
    return appliedView(revised);
  }

  private async part(project: string, name: string, read: (head: RevisionRow) => JsonObject): Promise<ClusterPartDto> {
    const { manager } = this.parts.database;
    const cluster = await findCluster(manager, project, name);
    const head = await findRevision(manager, cluster, cluster.headRevision);
    return { revision: head.number, etag: etagOf(head), value: maskSecrets(read(head)) as object };
  }
}

function noSuchNode(cluster: string, node: string): ProblemsError {
  return new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `node ${node.slice(0, 200)}`,
      summary: `Cluster ${cluster} has no such node.`,
      remedy: 'GET the cluster to see its nodes; PUT puts one into it.',
    }),
  ]);
}
