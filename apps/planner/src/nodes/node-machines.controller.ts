import { Body, Controller, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Bus } from '@muster/messaging';
import { ProblemsError } from '@muster/problems';
import { acceptedReply, adoptNode } from '@muster/protocol';
import { DataSource } from 'typeorm';
import { askExecutors } from '../executors/ask-executors';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { Project, Who } from '../http/principal';
import { Needs } from '../http/route-access';
import { BUS, INSTALLATION } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { acceptHostKey, seenHostKey } from './accept-host-key';
import { askForFacts, wayToNode } from './ask-for-facts';
import { NodeDto } from './node.dto';
import { writeHistory } from './node-history';
import { AcceptHostKeyDto, AdoptedNodeDto, InspectedNodeDto } from './node-machine.dto';
import { findNode, showNode } from './node-view';
import { storeFacts, storeInspectFailure } from './store-facts';

/** Connecting through what it is reached through, and what is done there. */
const ADOPT_MS = 30_000;

/** What is asked of the machine behind a node. */
@ApiTags('nodes')
@Controller('api/v1/nodes')
export class NodeMachinesController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(INSTALLATION) private readonly installation: string,
  ) {}

  @Put(':node/host-key')
  @Needs('operator')
  @ApiOperation({ operationId: 'acceptHostKey', summary: 'Accept a host key that was compared with the machine' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: NodeDto })
  @ApiRefusals(400, 404, 409, 412, 422, 503)
  async acceptHostKey(
    @Param('node') name: string,
    @Body() { hostKey, replace, reason }: AcceptHostKeyDto,
    @Editing() { project, who, ifMatch }: Editing,
  ): Promise<NodeDto> {
    const { database, bus } = this;
    const wish = { hostKey, replace: replace ?? false, who, why: reason ?? null, ifMatch };
    await acceptHostKey({ database, bus }, project, name, wish);
    this.nudges.nudge('recorded');
    return showNode(database.manager, project, name);
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
    const { node, jumps } = await wayToNode(this.database.manager, row);
    const command = { node, jumps: [...jumps], installation: this.installation };
    await askExecutors(this.bus, adoptNode, command, acceptedReply, ADOPT_MS);
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
    const hostKey = await seenHostKey({ on: this.database.manager, bus: this.bus }, row);
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
}
