import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
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
import { acceptedReply, adoptNode } from '@muster/protocol';
import { DataSource, type EntityManager } from 'typeorm';
import { askExecutors } from '../executors/ask-executors';
import { writeFeedEvents } from '../feed/write-feed-events';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { PageQuery } from '../http/paging';
import { Project, Who } from '../http/principal';
import { Needs } from '../http/route-access';
import { BUS, INSTALLATION, SECRET_BOX } from '../planner-ports';
import { GiveProfileDto } from '../profiles/profile.dto';
import { giveProfile } from '../profiles/profiles';
import { PlannerNudges } from '../running/planner-nudges';
import { acceptHostKey, seenHostKey } from './accept-host-key';
import { askForFacts, wayToNode } from './ask-for-facts';
import { accessOf } from './node-access';
import {
  AcceptHostKeyDto,
  AdoptedNodeDto,
  MoveNodeDto,
  NodeHistoryPageDto,
  NodeQueryDto,
  InspectedNodeDto,
  NodeDto,
  NodePageDto,
  RegisteredNodesDto,
  RegisterNodesDto,
  RegisterOneNodeDto,
} from './node.dto';
import { NodeRow } from './node.entity';
import { clusterNames, findNode, listNodes, nodeView } from './node-view';
import { listHistory, writeHistory } from './node-history';
import { moveNode } from './move-nodes';
import type { NodeMoveName } from './node-states';
import { refuseNodesInUse } from './nodes-in-use';
import { readRegistration } from './read-registration';
import { storeFacts, storeInspectFailure } from './store-facts';
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
  @ApiRefusals(400, 409, 422, 503)
  async register(@Project() project: string, @Body() body: unknown, @Who() who: string): Promise<RegisteredNodesDto> {
    const read = await readRegistration(body);
    const { database, bus, secretBox } = this;
    const { rows, changes, accepted } = await registerNodes({ database, bus, secretBox }, project, read, who);
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
      await refuseNodesInUse(manager, [row]);
      const removed = await manager
        .createQueryBuilder()
        .delete()
        .from(NodeRow)
        .where('id = :id AND cluster_id IS NULL', { id: row.id })
        .execute();
      if (removed.affected === 0) throw await inCluster(manager, row);
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

  @Post(':node/retire')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'retireNode', summary: 'Keep a node that is in no cluster on record, not to be used' })
  @ApiIdempotent()
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(404, 409)
  async retire(
    @Project() project: string,
    @Param('node') name: string,
    @Body() body: MoveNodeDto,
    @Who() who: string,
  ): Promise<NodeDto> {
    return this.#move(project, name, 'retire', body, who);
  }

  @Post(':node/restore')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'restoreNode', summary: 'Use a retired node again' })
  @ApiIdempotent()
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(404, 409)
  async restore(
    @Project() project: string,
    @Param('node') name: string,
    @Body() body: MoveNodeDto,
    @Who() who: string,
  ): Promise<NodeDto> {
    return this.#move(project, name, 'restore', body, who);
  }

  @Post(':node/reset')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resetNode',
    summary: 'What was wrong with a node is mended: it counts as not deployed',
  })
  @ApiIdempotent()
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(404, 409)
  async reset(
    @Project() project: string,
    @Param('node') name: string,
    @Body() body: MoveNodeDto,
    @Who() who: string,
  ): Promise<NodeDto> {
    return this.#move(project, name, 'reset', body, who);
  }

  @Put(':node/profile')
  @Needs('operator')
  @ApiOperation({ operationId: 'giveProfile', summary: 'Give a node a profile by hand, whatever its facts' })
  @ApiIdempotent()
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(400, 404)
  async giveProfile(
    @Project() project: string,
    @Param('node') name: string,
    @Body() { profile }: GiveProfileDto,
    @Who() who: string,
  ): Promise<NodeDto> {
    await this.database.transaction(async (on) => {
      const row = await findNode(on, project, name, 'pessimistic_write');
      await giveProfile(on, row, profile);
      await writeHistory(on, [{ nodeId: row.id, kind: 'changed', who, data: { changed: ['profile'], profile } }]);
    });
    return this.get(project, name);
  }

  @Put(':node/host-key')
  @Needs('operator')
  @ApiOperation({ operationId: 'acceptHostKey', summary: 'Accept a host key that was compared with the machine' })
  @ApiIdempotent()
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(400, 404, 409, 422, 503)
  async acceptHostKey(
    @Project() project: string,
    @Param('node') name: string,
    @Body() { hostKey, replace, reason }: AcceptHostKeyDto,
    @Who() who: string,
  ): Promise<NodeDto> {
    const { database, bus } = this;
    const wish = { hostKey, replace: replace ?? false, who, why: reason ?? null };
    await acceptHostKey({ database, bus }, project, name, wish);
    this.nudges.nudge('recorded');
    return this.get(project, name);
  }

  @Post(':node/adopt')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'adoptNode', summary: 'Take a node over from another installation' })
  @ApiIdempotent()
  @ApiOkResponse({ type: AdoptedNodeDto })
  @ApiRefusals(404, 422, 503)
  async adopt(@Project() project: string, @Param('node') name: string, @Who() who: string): Promise<AdoptedNodeDto> {
    const row = await findNode(this.database.manager, project, name);
    const read = accessOf(row);
    if ('problems' in read) throw new ProblemsError(read.problems);
    await askExecutors(
      this.bus,
      adoptNode,
      { node: read.access, installation: this.installation },
      acceptedReply,
      30_000,
    );
    await writeHistory(this.database.manager, [{ nodeId: row.id, kind: 'adopted', who }]);
    return { node: name, adopted: true };
  }

  @Post(':node/inspect')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'inspectNode',
    summary: 'Look at the machine: the host key that it shows now, and its facts where that is the accepted one',
  })
  @ApiIdempotent()
  @ApiOkResponse({ type: InspectedNodeDto })
  @ApiRefusals(404, 422, 503)
  async inspect(
    @Project() project: string,
    @Param('node') name: string,
    @Who() who: string,
  ): Promise<InspectedNodeDto> {
    const row = await findNode(this.database.manager, project, name);
    const { hostKey: accepted } = row;
    const hostKey = await seenHostKey(this.bus, row);
    const matches = hostKey === null ? null : hostKey === accepted;
    if (matches === false) return { node: name, hostKey, accepted, matches, facts: null, problems: [] };
    const asked = { nodeId: row.id, inspection: null, who };
    try {
      const facts = await askForFacts(this.bus, await wayToNode(this.database.manager, row));
      await this.database.transaction((on) => storeFacts(on, asked, facts));
      this.nudges.nudge('recorded');
      return { node: name, hostKey, accepted, matches, facts, problems: [] };
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      await this.database.transaction((on) => storeInspectFailure(on, asked, 1, error.problems));
      this.nudges.nudge('recorded');
      return { node: name, hostKey, accepted, matches, facts: null, problems: [...error.problems] };
    }
  }

  async #move(
    project: string,
    name: string,
    move: NodeMoveName,
    { reason }: MoveNodeDto,
    who: string,
  ): Promise<NodeDto> {
    await this.database.transaction(async (on) => {
      const row = await findNode(on, project, name, 'pessimistic_write');
      await refuseNodesInUse(on, [row]);
      if (move === 'retire' && row.clusterId !== null) throw await inCluster(on, row);
      await moveNode(on, row, move, { who, why: reason ?? null });
    });
    this.nudges.nudge('recorded');
    return this.get(project, name);
  }
}

async function inCluster(on: EntityManager, row: NodeRow): Promise<ProblemsError> {
  const cluster = (await clusterNames(on, [row])).get(row.clusterId ?? '');
  return new ProblemsError([
    problem('NODE_IN_USE', { subject: `node ${row.name}`, summary: `It belongs to cluster ${cluster ?? ''}.` }),
  ]);
}
