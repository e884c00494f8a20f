import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Bus } from '@muster/messaging';
import type { SecretBox } from '@muster/model';
import { DataSource } from 'typeorm';
import { writeFeedEvents } from '../feed/write-feed-events';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { requireMatch } from '../http/etag';
import { PageQuery } from '../http/paging';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { BUS, SECRET_BOX } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { NodeDto, NodePageDto, NodeQueryDto } from './node.dto';
import { NodeRow } from './node.entity';
import { listHistory } from './node-history';
import { NodeHistoryPageDto } from './node-history.dto';
import { clusterNames, findNode, listNodes, nodeEtag, nodeView, showNode } from './node-view';
import { nodeInCluster, refuseNodesInUse } from './nodes-in-use';
import { readRegistration } from './read-registration';
import { RegisteredNodesDto, RegisterNodesDto, RegisterOneNodeDto } from './register-node.dto';
import { registerNodes } from './register-nodes';

@ApiTags('nodes')
@ApiExtraModels(RegisterOneNodeDto, RegisterNodesDto)
@Controller('api/v1/nodes')
export class NodesController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(SECRET_BOX) private readonly secretBox: SecretBox,
  ) {}

  @Post()
  @Needs('operator')
  @ApiOperation({ operationId: 'registerNodes', summary: 'Register one machine or several, all of them or none' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiBody({
    schema: { oneOf: [{ $ref: getSchemaPath(RegisterOneNodeDto) }, { $ref: getSchemaPath(RegisterNodesDto) }] },
  })
  @ApiCreatedResponse({ type: RegisteredNodesDto })
  @ApiRefusals(400, 409, 412, 422, 503)
  async register(@Body() body: unknown, @Editing() { project, who, ifMatch }: Editing): Promise<RegisteredNodesDto> {
    const read = await readRegistration(body);
    const { database, bus, secretBox } = this;
    const { rows, changes, accepted } = await registerNodes({ database, bus, secretBox }, project, read, who, ifMatch);
    this.nudges.nudge('recorded');
    const clusters = await clusterNames(this.database.manager, rows);
    return {
      nodes: rows.map((row) => nodeView(row, clusters)),
      changes: changes.map(({ changed, ...change }) => ({ ...change, changed: [...changed] })),
      acceptedHostKeys: [...accepted],
    };
  }

  @Get()
  @Needs('viewer')
  @ApiOperation({ operationId: 'listNodes', summary: 'Nodes by name, without their facts' })
  @ApiOkResponse({ type: NodePageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Query() { limit, cursor, ...filter }: NodeQueryDto): Promise<unknown> {
    return listNodes(this.database.manager, project, filter, { limit, ...(cursor === undefined ? {} : { cursor }) });
  }

  @Get(':node')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getNode', summary: 'One node' })
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(404)
  async get(@Project() project: string, @Param('node') name: string): Promise<NodeDto> {
    return showNode(this.database.manager, project, name);
  }

  @Delete(':node')
  @Needs('operator')
  @HttpCode(204)
  @ApiOperation({ operationId: 'removeNode', summary: 'Forget a node that is in no cluster' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiNoContentResponse()
  @ApiRefusals(404, 409, 412)
  async remove(@Param('node') name: string, @Editing() { project, ifMatch }: Editing): Promise<void> {
    await this.database.transaction(async (manager) => {
      const row = await findNode(manager, project, name, 'pessimistic_write');
      requireMatch(ifMatch, nodeEtag(row), `node ${name}`);
      await refuseNodesInUse(manager, [row]);
      const removed = await manager
        .createQueryBuilder()
        .delete()
        .from(NodeRow)
        .where('id = :id AND cluster_id IS NULL', { id: row.id })
        .execute();
      if (removed.affected === 0) throw await nodeInCluster(manager, row);
      await writeFeedEvents(manager, row.project, [
        { type: 'node.removed', at: null, subject: { node: name }, data: {} },
      ]);
    });
    this.nudges.nudge('recorded');
  }

  @Get(':node/history')
  @Needs('viewer')
  @ApiOperation({ operationId: 'listNodeHistory', summary: 'What has happened to a node, newest first' })
  @ApiOkResponse({ type: NodeHistoryPageDto })
  @ApiRefusals(400, 404)
  async history(@Project() project: string, @Param('node') name: string, @Query() query: PageQuery): Promise<unknown> {
    const { manager } = this.database;
    return listHistory(manager, (await findNode(manager, project, name)).id, query);
  }
}
