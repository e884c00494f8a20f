import type { SecretBox } from '@muster/model';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { NewId } from '../http/new-id';
import { PageQuery } from '../http/paging';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { SECRET_BOX, WEBHOOKS } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import {
  CreateWebhookDto,
  DeliveryPageDto,
  DeliveryQuery,
  EditWebhookDto,
  ReplayWebhookDto,
  RotateSecretDto,
  WebhookDto,
  WebhookPageDto,
  WebhookSecretDto,
} from './webhook.dto';
import type { WebhookSettings } from './webhook-settings';
import {
  createWebhook,
  editWebhook,
  findWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  replayWebhook,
  rotateSecret,
  type WebhookStore,
  webhookView,
} from './webhooks';

/** Who elsewhere is told of events by HTTP. */
@ApiTags('webhooks')
@Needs('admin')
@Controller('api/v1/webhooks')
export class WebhooksController {
  readonly #store: WebhookStore;

  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    @Inject(SECRET_BOX) private readonly secretBox: SecretBox,
    @Inject(WEBHOOKS) webhooks: WebhookSettings,
  ) {
    this.#store = { database, secretBox, webhooks };
  }

  @Get()
  @ApiOperation({ operationId: 'listWebhooks', summary: 'Webhooks by name' })
  @ApiOkResponse({ type: WebhookPageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Query() query: PageQuery): Promise<unknown> {
    return listWebhooks(this.database.manager, project, query);
  }

  @Post()
  @ApiOperation({ operationId: 'createWebhook', summary: 'Have events sent to an address' })
  @ApiIdempotent()
  @ApiCreatedResponse({ type: WebhookDto })
  @ApiRefusals(400, 409, 422)
  async create(@Body() body: CreateWebhookDto, @NewId() id: string, @Editing() editing: Editing): Promise<WebhookDto> {
    const row = await createWebhook(this.#store, id, editing, body);
    this.nudges.nudge('webhook');
    return webhookView(row);
  }

  @Get(':webhook')
  @ApiOperation({ operationId: 'getWebhook', summary: 'A webhook, how far it has come and what stands in its way' })
  @ApiOkResponse({ type: WebhookDto })
  @ApiRefusals(404)
  async get(@Project() project: string, @Param('webhook') name: string): Promise<WebhookDto> {
    return webhookView(await findWebhook(this.database.manager, project, name));
  }

  @Patch(':webhook')
  @ApiOperation({ operationId: 'editWebhook', summary: 'Change address or kinds, disable it or make it active again' })
  @ApiEditable()
  @ApiIdempotent()
  @ApiOkResponse({ type: WebhookDto })
  @ApiRefusals(400, 404, 412, 422)
  async edit(
    @Param('webhook') name: string,
    @Body() body: EditWebhookDto,
    @Editing() editing: Editing,
  ): Promise<WebhookDto> {
    const row = await editWebhook(this.#store, editing, name, body);
    this.nudges.nudge('webhook');
    return webhookView(row);
  }

  @Delete(':webhook')
  @HttpCode(204)
  @ApiOperation({ operationId: 'removeWebhook', summary: 'Send nothing more, and forget its deliveries' })
  @ApiEditable()
  @ApiIdempotent()
  @ApiNoContentResponse()
  @ApiRefusals(404, 412)
  async remove(@Param('webhook') name: string, @Editing() editing: Editing): Promise<void> {
    await removeWebhook(this.database, editing, name);
  }

  @Get(':webhook/secret')
  @ApiOperation({ operationId: 'readWebhookSecret', summary: 'What its signatures are made with' })
  @ApiOkResponse({ type: WebhookSecretDto })
  @ApiRefusals(404)
  async secret(@Project() project: string, @Param('webhook') name: string): Promise<WebhookSecretDto> {
    const { secret } = await findWebhook(this.database.manager, project, name);
    return { secret: this.secretBox.open(secret).reveal() };
  }

  @Post(':webhook/secret')
  @HttpCode(200)
  @ApiOperation({ operationId: 'rotateWebhookSecret', summary: 'A new secret; the old one signs beside it for a day' })
  @ApiEditable()
  @ApiIdempotent()
  @ApiOkResponse({ type: WebhookDto })
  @ApiRefusals(400, 404, 412, 422)
  async rotate(
    @Param('webhook') name: string,
    @Body() { secret }: RotateSecretDto,
    @Editing() editing: Editing,
  ): Promise<WebhookDto> {
    return webhookView(await rotateSecret(this.#store, editing, name, secret));
  }

  @Post(':webhook/replay')
  @HttpCode(200)
  @ApiOperation({ operationId: 'replayWebhook', summary: 'Send everything from a number on (again)' })
  @ApiEditable()
  @ApiIdempotent()
  @ApiOkResponse({ type: WebhookDto })
  @ApiRefusals(400, 404, 412, 422)
  async replay(
    @Param('webhook') name: string,
    @Body() { from }: ReplayWebhookDto,
    @Editing() editing: Editing,
  ): Promise<WebhookDto> {
    const row = await replayWebhook(this.database, editing, name, from);
    this.nudges.nudge('webhook');
    return webhookView(row);
  }

  @Get(':webhook/deliveries')
  @ApiOperation({ operationId: 'listDeliveries', summary: 'Tries of the last days, newest first' })
  @ApiOkResponse({ type: DeliveryPageDto })
  @ApiRefusals(400, 404)
  async deliveries(
    @Project() project: string,
    @Param('webhook') name: string,
    @Query() query: DeliveryQuery,
  ): Promise<unknown> {
    const row = await findWebhook(this.database.manager, project, name);
    return listDeliveries(this.database.manager, row, query);
  }
}
