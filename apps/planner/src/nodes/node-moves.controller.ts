import { Body, Controller, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { writeFeedEvents } from '../feed/write-feed-events';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { requireMatch } from '../http/etag';
import { Needs } from '../http/route-access';
import { GiveProfileDto } from '../profiles/profile.dto';
import { giveProfile } from '../profiles/profiles';
import { PlannerNudges } from '../running/planner-nudges';
import { moveNode } from './move-nodes';
import { MoveNodeDto, NodeDto } from './node.dto';
import { writeHistory } from './node-history';
import type { NodeMoveName } from './node-states';
import { findNode, nodeEtag, showNode } from './node-view';
import { nodeInCluster, refuseNodesInUse } from './nodes-in-use';

/** What people say of a node: where it is in its life, and what it is fit for. */
@ApiTags('nodes')
@Controller('api/v1/nodes')
export class NodeMovesController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
  ) {}

  @Post(':node/retire')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'retireNode', summary: 'Keep a node that is in no cluster on record, not to be used' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(404, 409, 412)
  async retire(@Param('node') name: string, @Body() body: MoveNodeDto, @Editing() editing: Editing): Promise<NodeDto> {
    return this.#move(editing, name, 'retire', body);
  }

  @Post(':node/restore')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'restoreNode', summary: 'Use a retired node again' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(404, 409, 412)
  async restore(@Param('node') name: string, @Body() body: MoveNodeDto, @Editing() editing: Editing): Promise<NodeDto> {
    return this.#move(editing, name, 'restore', body);
  }

  @Post(':node/reset')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resetNode',
    summary: 'What was wrong with a node is mended: it counts as not deployed',
  })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(404, 409, 412)
  async reset(@Param('node') name: string, @Body() body: MoveNodeDto, @Editing() editing: Editing): Promise<NodeDto> {
    return this.#move(editing, name, 'reset', body);
  }

  @Put(':node/profile')
  @Needs('operator')
  @ApiOperation({ operationId: 'giveProfile', summary: 'Give a node a profile by hand, whatever its facts' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(400, 404, 412)
  async giveProfile(
    @Param('node') name: string,
    @Body() { profile }: GiveProfileDto,
    @Editing() { project, who, ifMatch }: Editing,
  ): Promise<NodeDto> {
    await this.database.transaction(async (on) => {
      const row = await findNode(on, project, name, 'pessimistic_write');
      requireMatch(ifMatch, nodeEtag(row), `node ${name}`);
      await giveProfile(on, row, profile);
      await writeHistory(on, [{ nodeId: row.id, kind: 'changed', who, data: { changed: ['profile'], profile } }]);
      await writeFeedEvents(on, project, [
        { type: 'node.changed', at: null, subject: { node: name }, data: { changed: ['profile'], who } },
      ]);
    });
    this.nudges.nudge('recorded');
    return showNode(this.database.manager, project, name);
  }

  async #move(
    { project, who, ifMatch }: Editing,
    name: string,
    move: NodeMoveName,
    { reason }: MoveNodeDto,
  ): Promise<NodeDto> {
    await this.database.transaction(async (on) => {
      const row = await findNode(on, project, name, 'pessimistic_write');
      requireMatch(ifMatch, nodeEtag(row), `node ${name}`);
      await refuseNodesInUse(on, [row]);
      if (move === 'retire' && row.clusterId !== null) throw await nodeInCluster(on, row);
      await moveNode(on, row, move, { who, why: reason ?? null });
    });
    this.nudges.nudge('recorded');
    return showNode(this.database.manager, project, name);
  }
}
