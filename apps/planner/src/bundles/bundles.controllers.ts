import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res, type Type } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { BundleKind } from '@muster/model';
import type { Request, Response } from 'express';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { OwnIdempotency } from '../http/idempotency.interceptor';
import { Project, Who } from '../http/principal';
import { Needs } from '../http/route-access';
import {
  BundleDto,
  BundleFindingsDto,
  BundlePageDto,
  BundleQuery,
  BundleSummaryDto,
  PublishedBundleDto,
  RetireBundleDto,
} from './bundle.dto';
import { BundleService } from './bundle-service';

/** Routes of releases and of plugins: the same under two names. */
function bundlesController(kind: BundleKind): Type<unknown> {
  const [noun, plural] = kind === 'release' ? (['Release', 'Releases'] as const) : (['Plugin', 'Plugins'] as const);

  @ApiTags(`${kind}s`)
  @Controller(`api/v1/${kind}s`)
  class BundlesController {
    constructor(private readonly bundles: BundleService) {}

    @Post()
    @Needs('publisher')
    @OwnIdempotency()
    @ApiOperation({ operationId: `publish${noun}`, summary: `Publish a ${kind}: a (gzipped) tar of its folder` })
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
      return this.bundles.publish(project, kind, request, response, who);
    }

    @Get()
    @Needs('viewer', 'publisher')
    @ApiOperation({ operationId: `list${plural}`, summary: `Published ${kind}s by name and version` })
    @ApiOkResponse({ type: BundlePageDto })
    @ApiRefusals(400, 404)
    async list(@Project() project: string, @Query() query: BundleQuery): Promise<unknown> {
      return this.bundles.list(project, kind, query);
    }

    @Get(':name/:version')
    @Needs('viewer', 'publisher')
    @ApiOperation({ operationId: `get${noun}`, summary: `One ${kind} with its content` })
    @ApiOkResponse({ type: BundleDto })
    @ApiRefusals(404)
    async get(
      @Project() project: string,
      @Param('name') name: string,
      @Param('version') version: string,
    ): Promise<BundleDto> {
      return this.bundles.get(project, kind, name, version);
    }

    @Get(':name/:version/findings')
    @Needs('viewer', 'publisher')
    @ApiOperation({
      operationId: `lint${noun}`,
      summary: 'What its author should know: warnings of publishing, and everything that lint finds now',
    })
    @ApiOkResponse({ type: BundleFindingsDto })
    @ApiRefusals(404, 503)
    async findings(
      @Project() project: string,
      @Param('name') name: string,
      @Param('version') version: string,
    ): Promise<BundleFindingsDto> {
      return this.bundles.lint(project, kind, name, version);
    }

    @Get(':name/:version/archive')
    @Needs('viewer', 'publisher')
    @ApiOperation({ operationId: `download${noun}`, summary: 'The archive as it was published, byte for byte' })
    @ApiOkResponse({
      content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } },
      headers: { 'repr-digest': { description: '`sha-256=:BASE64:` of the archive.', schema: { type: 'string' } } },
    })
    @ApiRefusals(404)
    async download(
      @Project() project: string,
      @Param('name') name: string,
      @Param('version') version: string,
      @Res() response: Response,
    ): Promise<void> {
      return this.bundles.download(project, kind, name, version, response);
    }

    @Post(':name/:version/retire')
    @Needs('publisher')
    @HttpCode(200)
    @ApiOperation({
      operationId: `retire${noun}`,
      summary: 'Offer it for new clusters no more; clusters that have it keep it, and their plans warn',
    })
    @ApiIdempotent()
    @ApiOkResponse({ type: BundleSummaryDto })
    @ApiRefusals(400, 404)
    async retire(
      @Project() project: string,
      @Param('name') name: string,
      @Param('version') version: string,
      @Body() { why }: RetireBundleDto,
      @Who() who: string,
    ): Promise<BundleSummaryDto> {
      return this.bundles.retire(project, kind, name, version, who, why ?? null);
    }

    @Post(':name/:version/restore')
    @Needs('publisher')
    @HttpCode(200)
    @ApiOperation({ operationId: `restore${noun}`, summary: 'Offer it again' })
    @ApiIdempotent()
    @ApiOkResponse({ type: BundleSummaryDto })
    @ApiRefusals(404)
    async restore(
      @Project() project: string,
      @Param('name') name: string,
      @Param('version') version: string,
      @Who() who: string,
    ): Promise<BundleSummaryDto> {
      return this.bundles.restore(project, kind, name, version, who);
    }

    @Delete(':name/:version')
    @Needs('publisher')
    @HttpCode(204)
    @ApiOperation({
      operationId: `delete${noun}`,
      summary: 'Remove one that no cluster uses; refused with a problem per cluster that does',
    })
    @ApiIdempotent()
    @ApiNoContentResponse()
    @ApiRefusals(404, 409)
    async remove(
      @Project() project: string,
      @Param('name') name: string,
      @Param('version') version: string,
      @Who() who: string,
    ): Promise<void> {
      await this.bundles.remove(project, kind, name, version, who);
    }
  }
  return BundlesController;
}

export const ReleasesController = bundlesController('release');
export const PluginsController = bundlesController('plugin');
