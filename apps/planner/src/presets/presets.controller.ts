import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { clusterDocument, deepUnion } from '@muster/catalog';
import { type ClusterSpec, maskSecrets } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { MoreThan } from 'typeorm';
import { findCluster, findRevision } from '../clusters/find-cluster';
import { blankedCluster, makeCluster } from '../clusters/new-cluster';
import { MadeClusterDto, MakeClusterDto, madeView, wishOf } from '../clusters/new-cluster.dto';
import { rowOf } from '../database/sql';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { CURSOR_PART, pageOf, PageQuery, readCursor } from '../http/paging';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { PresetDto, PresetPageDto, PresetSummaryDto, SavePresetDto } from './preset.dto';
import { PresetRow } from './preset.entity';
import { ClusterParts } from '../clusters/revise-cluster';

/** Presets: revisions without a cluster. They are saved, used and deleted, never changed. */
@ApiTags('presets')
@Controller('api/v1/presets')
export class PresetsController {
  constructor(private readonly parts: ClusterParts) {}

  @Post()
  @Needs('operator')
  @ApiOperation({ operationId: 'savePreset', summary: 'Save a revision of a cluster as a preset' })
  @ApiIdempotent()
  @ApiCreatedResponse({ type: PresetDto })
  @ApiRefusals(400, 404, 409, 422)
  async save(@Body() body: SavePresetDto, @Editing() { project, who }: Editing): Promise<PresetDto> {
    const { manager } = this.parts.database;
    const cluster = await findCluster(manager, project, body.cluster);
    const { number, content } = await findRevision(manager, cluster, body.revision ?? cluster.headRevision);
    const blanked = await blankedCluster(manager, project, this.parts.secretBox, content);
    const made = await rowOf(
      manager,
      `INSERT INTO planner.preset (id, project, name, title, saved_from, content, created_by)
       VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7) ON CONFLICT (project, name) DO NOTHING RETURNING id`,
      [randomUUID(), project, body.name, body.title ?? null, `${body.cluster}@${number}`, JSON.stringify(blanked), who],
    );
    if (made === null) {
      throw new ProblemsError([
        problem('PRESET_EXISTS', {
          subject: `preset ${body.name}`,
          summary: 'There is a preset of that name already.',
        }),
      ]);
    }
    return presetView(await this.find(project, body.name));
  }

  @Get()
  @Needs('viewer')
  @ApiOperation({ operationId: 'listPresets', summary: 'Presets by name' })
  @ApiOkResponse({ type: PresetPageDto })
  @ApiRefusals(400)
  async list(@Project() project: string, @Query() query: PageQuery): Promise<unknown> {
    const after = readCursor(query.cursor, CURSOR_PART.name)?.[0];
    const rows = await this.parts.database.manager.find(PresetRow, {
      where: { project, ...(after === undefined ? {} : { name: MoreThan(after) }) },
      order: { name: 'ASC' },
      take: query.limit + 1,
    });
    return pageOf(rows, query.limit, (row) => [row.name], summaryView);
  }

  @Get(':preset')
  @Needs('viewer')
  @ApiOperation({ operationId: 'getPreset', summary: 'A preset with its content' })
  @ApiOkResponse({ type: PresetDto })
  @ApiRefusals(404)
  async get(@Project() project: string, @Param('preset') name: string): Promise<PresetDto> {
    return presetView(await this.find(project, name));
  }

  @Delete(':preset')
  @Needs('operator')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deletePreset', summary: 'Delete a preset; clusters made of it stay as they are' })
  @ApiIdempotent()
  @ApiNoContentResponse()
  @ApiRefusals(404)
  async delete(@Project() project: string, @Param('preset') name: string): Promise<void> {
    const { id } = await this.find(project, name);
    await this.parts.database.manager.delete(PresetRow, { id });
  }

  @Post(':preset/clusters')
  @Needs('operator')
  @ApiOperation({ operationId: 'usePreset', summary: 'Make a cluster of a preset, whose settings lie under its own' })
  @ApiIdempotent()
  @ApiCreatedResponse({ type: MadeClusterDto })
  @ApiRefusals(400, 404, 409, 422, 503)
  async use(
    @Param('preset') name: string,
    @Body() body: MakeClusterDto,
    @Editing() { project, who }: Editing,
  ): Promise<MadeClusterDto> {
    const { content } = await this.find(project, name);
    const settings = content.preset ? deepUnion(content.preset.settings, content.settings) : content.settings;
    const spec: ClusterSpec = { ...content, settings: {}, preset: { name, settings } };
    const by = { who, why: body.reason ?? `Made of preset ${name}.`, change: 'preset' } as const;
    const made = await makeCluster(this.parts, project, spec, wishOf(body), by);
    return madeView(made);
  }

  private async find(project: string, name: string): Promise<PresetRow> {
    const row = await this.parts.database.manager.findOneBy(PresetRow, { project, name });
    if (row !== null) return row;
    throw new ProblemsError([
      problem('API_NOT_FOUND', {
        subject: `preset ${name.slice(0, 200)}`,
        summary: 'There is no such preset.',
        remedy: '`muster preset list` shows what exists; `muster preset save` makes one of a cluster.',
      }),
    ]);
  }
}

function summaryView({ name, title, savedFrom, content, createdBy, createdAt }: PresetRow): PresetSummaryDto {
  return { name, title, release: content.release, savedFrom, who: createdBy, createdAt: createdAt.toISOString() };
}

function presetView(row: PresetRow): PresetDto {
  const { cluster: _saved, ...document } = clusterDocument(row.content);
  return { ...summaryView(row), content: maskSecrets(document) as object };
}
