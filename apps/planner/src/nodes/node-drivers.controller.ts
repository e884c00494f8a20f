import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Bus } from '@muster/messaging';
import { canonicalJson, type OwnDriver, type SecretBox } from '@muster/model';
import { DataSource } from 'typeorm';
import { writeFeedEvents } from '../feed/write-feed-events';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { requireMatch } from '../http/etag';
import { NewId } from '../http/new-id';
import { Project, Who } from '../http/principal';
import { Needs } from '../http/route-access';
import { BUS, SECRET_BOX } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { NodeRow } from './node.entity';
import { NodeDriverDto, PoweredNodeDto, PowerNodeDto, WriteNodeDriverDto } from './node-driver.dto';
import { clusterOfNode, driverView, readDriver } from './node-drivers';
import { writeHistory } from './node-history';
import { findNode, nodeEtag } from './node-view';
import { powerNode } from './power-node';

/** How a machine is made, erased and switched, and switching it. */
@ApiTags('nodes')
@Controller('api/v1/nodes')
export class NodeDriversController {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(SECRET_BOX) private readonly secretBox: SecretBox,
  ) {}

  @Get(':node/driver')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getNodeDriver', summary: 'How a node is made, erased and switched' })
  @ApiOkResponse({ type: NodeDriverDto })
  @ApiRefusals(404)
  async get(@Project() project: string, @Param('node') name: string): Promise<NodeDriverDto> {
    const { manager } = this.database;
    const row = await findNode(manager, project, name);
    return driverView(row, await clusterOfNode(manager, row));
  }

  /** Its commands run with the rights of the master node's login. */
  @Put(':node/driver')
  @Needs('admin')
  @ApiOperation({ operationId: 'writeNodeDriver', summary: 'Give a node a driver of its own, in place of any other' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: NodeDriverDto })
  @ApiRefusals(400, 404, 412)
  write(
    @Param('node') name: string,
    @Body() body: WriteNodeDriverDto,
    @Editing() editing: Editing,
  ): Promise<NodeDriverDto> {
    return this.#change(editing, name, (before) => readDriver(this.secretBox, body, before));
  }

  @Delete(':node/driver')
  @Needs('admin')
  @HttpCode(200)
  @ApiOperation({ operationId: 'clearNodeDriver', summary: "Have a node use its cluster's driver again" })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: NodeDriverDto })
  @ApiRefusals(404, 412)
  clear(@Param('node') name: string, @Editing() editing: Editing): Promise<NodeDriverDto> {
    return this.#change(editing, name, () => null);
  }

  @Post(':node/power')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ operationId: 'powerNode', summary: "Have a node's driver switch it, or say whether it is on" })
  @ApiIdempotent()
  @ApiOkResponse({ type: PoweredNodeDto })
  @ApiRefusals(400, 404, 409, 422, 503)
  async power(
    @Project() project: string,
    @Param('node') name: string,
    @NewId() id: string,
    @Body() { action, on, force, reason }: PowerNodeDto,
    @Who() who: string,
  ): Promise<PoweredNodeDto> {
    const wish = { id, action, on: on ?? null, force: force ?? false, who, why: reason ?? null };
    const answer = await powerNode({ database: this.database, bus: this.bus }, project, name, wish);
    this.nudges.nudge('recorded');
    return { node: name, action, ...answer };
  }

  async #change(
    { project, who, ifMatch }: Editing,
    name: string,
    make: (before: OwnDriver | null) => OwnDriver | null,
  ): Promise<NodeDriverDto> {
    await this.database.transaction(async (on) => {
      const row = await findNode(on, project, name, 'pessimistic_write');
      requireMatch(ifMatch, nodeEtag(row), `node ${name}`);
      const driver = make(row.driver);
      if (canonicalJson({ ...driver }) === canonicalJson({ ...row.driver })) return;
      // Over `save`, since null is to be written, too.
      await on.save(NodeRow, { ...row, driver });
      const data = { changed: ['driver'], driver: driver?.type ?? null };
      await writeHistory(on, [{ nodeId: row.id, kind: 'changed', who, data }]);
      await writeFeedEvents(on, project, [
        { type: 'node.changed', at: null, subject: { node: name }, data: { changed: ['driver'], who } },
      ]);
    });
    this.nudges.nudge('recorded');
    return this.get(project, name);
  }
}
