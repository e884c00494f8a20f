import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { OwnIdempotency } from '../http/idempotency.interceptor';
import { PageQuery } from '../http/paging';
import { Project, Who } from '../http/principal';
import { Needs } from '../http/route-access';
import { BundleDto, BundlePageDto, PublishedBundleDto } from './bundle.dto';
import { BundleService } from './bundle-service';

@ApiTags('releases')
@Controller('api/v1/releases')
export class ReleasesController {
  constructor(private readonly bundles: BundleService) {}

  @Post()
  @Needs('publisher')
  @OwnIdempotency()
  @ApiOperation({ operationId: 'publishRelease', summary: 'Publish a release: a (gzipped) tar of its folder' })
  @ApiConsumes('application/gzip', 'application/x-tar')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiIdempotent()
  @ApiCreatedResponse({ type: PublishedBundleDto })
  @ApiOkResponse({ type: PublishedBundleDto, description: 'The same content was published before.' })
  @ApiRefusals(409, 413, 422)
  async publish(
    @Project() project: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Who() who: string,
  ): Promise<PublishedBundleDto> {
    return this.bundles.publish(project, 'release', request, response, who);
  }

  @Get()
  @Needs('viewer', 'publisher')
  @ApiOperation({ operationId: 'listReleases', summary: 'Published releases by name and version' })
  @ApiOkResponse({ type: BundlePageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Query() query: PageQuery): Promise<unknown> {
    return this.bundles.list(project, 'release', query);
  }

  @Get(':name/:version')
  @Needs('viewer', 'publisher')
  @ApiOperation({ operationId: 'getRelease', summary: 'One release with its content' })
  @ApiOkResponse({ type: BundleDto })
  @ApiRefusals(404)
  async get(
    @Project() project: string,
    @Param('name') name: string,
    @Param('version') version: string,
  ): Promise<BundleDto> {
    return this.bundles.get(project, 'release', name, version);
  }
}
