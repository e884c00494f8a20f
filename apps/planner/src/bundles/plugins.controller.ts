import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { OwnIdempotency } from '../http/idempotency.interceptor';
import { PageQuery } from '../http/paging';
import { Who } from '../http/principal';
import { BundleDto, BundlePageDto, PublishedBundleDto } from './bundle.dto';
import { BundleService } from './bundle-service';

@ApiTags('plugins')
@Controller('api/v1/plugins')
export class PluginsController {
  constructor(private readonly bundles: BundleService) {}

  @Post()
  @OwnIdempotency()
  @ApiOperation({ operationId: 'publishPlugin', summary: 'Publish a plugin: a (gzipped) tar of its folder' })
  @ApiConsumes('application/gzip', 'application/x-tar')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiIdempotent()
  @ApiCreatedResponse({ type: PublishedBundleDto })
  @ApiOkResponse({ type: PublishedBundleDto, description: 'The same content was published before.' })
  @ApiRefusals(409, 413, 422)
  async publish(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Who() who: string,
  ): Promise<PublishedBundleDto> {
    return this.bundles.publish('plugin', request, response, who);
  }

  @Get()
  @ApiOperation({ operationId: 'listPlugins', summary: 'Published plugins by name and version' })
  @ApiOkResponse({ type: BundlePageDto })
  @ApiRefusals(400)
  async list(@Query() query: PageQuery): Promise<unknown> {
    return this.bundles.list('plugin', query);
  }

  @Get(':name/:version')
  @ApiOperation({ operationId: 'getPlugin', summary: 'One plugin with its content' })
  @ApiOkResponse({ type: BundleDto })
  @ApiRefusals(404)
  async get(@Param('name') name: string, @Param('version') version: string): Promise<BundleDto> {
    return this.bundles.get('plugin', name, version);
  }
}
