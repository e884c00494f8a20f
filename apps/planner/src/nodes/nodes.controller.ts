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
import { problem, ProblemsError } from '@muster/problems';
import { acceptedReply, adoptNode, hostKeyReply, scanHostKey } from '@muster/protocol';
import { DataSource } from 'typeorm';
import { askExecutors } from '../executors/ask-executors';
import { writeFeedEvents } from '../feed/write-feed-events';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { PageQuery } from '../http/paging';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { BUS, INSTALLATION, SECRET_BOX } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { accessOf } from './node-access';
import {
  AdoptedNodeDto,
  InspectedNodeDto,
  NodeDto,
  NodePageDto,
  RegisteredNodesDto,
  RegisterNodesDto,
  RegisterOneNodeDto,
} from './node.dto';
import { NodeRow } from './node.entity';
import { clusterNames, findNode, listNodes, nodeView } from './node-view';
import { readRegistration } from './read-registration';
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
    @Inject(INSTALLATION) private readonly installation: string,
  ) {}

  @Post()
  @Needs('operator')
  @ApiOperation({ operationId: 'registerNodes', summary: 'Register one machine or several, all of them or none' })
  @ApiIdempotent()
  @ApiBody({
    schema: { oneOf: [{ $ref: getSchemaPath(RegisterOneNodeDto) }, { $ref: getSchemaPath(RegisterNodesDto) }] },
  })
  @ApiCreatedResponse({ type: RegisteredNodesDto })
  @ApiRefusals(400, 422, 503)
  async register(@Project() project: string, @Body() body: unknown): Promise<RegisteredNodesDto> {
    const { nodes, acceptHostKeys } = await readRegistration(body);
    const { database, bus, secretBox } = this;
    const { rows, accepted } = await registerNodes(
      { database, bus, secretBox },
      project,
      nodes,
      acceptHostKeys ?? false,
    );
    this.nudges.nudge('recorded');
    const clusters = await clusterNames(this.database.manager, rows);
    return { nodes: rows.map((row) => nodeView(row, clusters)), acceptedHostKeys: [...accepted] };
  }

  @Get()
  @Needs('viewer')
  @ApiOperation({ operationId: 'listNodes', summary: 'Nodes by name' })
  @ApiOkResponse({ type: NodePageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Query() query: PageQuery): Promise<unknown> {
    return listNodes(this.database.manager, project, query);
  }

  @Get(':node')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getNode', summary: 'One node' })
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(404)
  async get(@Project() project: string, @Param('node') name: string): Promise<NodeDto> {
    const row = await findNode(this.database.manager, project, name);
    return nodeView(row, await clusterNames(this.database.manager, [row]));
  }

  @Delete(':node')
  @Needs('operator')
  @HttpCode(204)
  @ApiOperation({ operationId: 'removeNode', summary: 'Forget a node that is in no cluster' })
  @ApiIdempotent()
  @ApiNoContentResponse()
  @ApiRefusals(404, 409)
  async remove(@Project() project: string, @Param('node') name: string): Promise<void> {
    await this.database.transaction(async (manager) => {
      const row = await findNode(manager, project, name);
      const removed = await manager
        .createQueryBuilder()
        .delete()
        .from(NodeRow)
        .where('id = :id AND cluster_id IS NULL', { id: row.id })
        .execute();
      if (removed.affected === 0) {
        const cluster = (await clusterNames(manager, [row])).get(row.clusterId ?? '');
        throw new ProblemsError([
          problem('NODE_IN_USE', { subject: `node ${name}`, summary: `It belongs to cluster ${cluster ?? ''}.` }),
        ]);
      }
      await writeFeedEvents(manager, row.project, [
        { type: 'node.removed', at: null, subject: { node: name }, data: {} },
      ]);
    });
    this.nudges.nudge('recorded');
  }

  @Post(':node/adopt')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'adoptNode', summary: 'Take a node over from another installation' })
  @ApiIdempotent()
  @ApiOkResponse({ type: AdoptedNodeDto })
  @ApiRefusals(404, 422, 503)
  async adopt(@Project() project: string, @Param('node') name: string): Promise<AdoptedNodeDto> {
    const read = accessOf(await findNode(this.database.manager, project, name));
    if ('problems' in read) throw new ProblemsError(read.problems);
    await askExecutors(
      this.bus,
      adoptNode,
      { node: read.access, installation: this.installation },
      acceptedReply,
      30_000,
    );
    return { node: name, adopted: true };
  }

  @Post(':node/inspect')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'inspectNode', summary: 'Look at the host key that the machine shows now' })
  @ApiIdempotent()
  @ApiOkResponse({ type: InspectedNodeDto })
  @ApiRefusals(404, 422, 503)
  async inspect(@Project() project: string, @Param('node') name: string): Promise<InspectedNodeDto> {
    const { address, port, hostKey: accepted } = await findNode(this.database.manager, project, name);
    if (address === null)
      throw new ProblemsError([
        problem('NODE_ADDRESS_MISSING', { subject: `node ${name}`, summary: 'It has no address.' }),
      ]);
    const { hostKey } = await askExecutors(this.bus, scanHostKey, { address, port }, hostKeyReply, 30_000);
    return { node: name, hostKey, accepted, matches: hostKey === accepted };
  }
}
