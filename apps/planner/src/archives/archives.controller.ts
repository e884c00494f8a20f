import { pipeline } from 'node:stream/promises';
import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import { NAME_PATTERN } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { ArtifactStore } from '@muster/storage';
import type { Request, Response } from 'express';
import { BundleService } from '../bundles/bundle-service';
import { publishBundle } from '../bundles/publish-bundle';
import { ClusterRow } from '../clusters/cluster.entity';
import { refuseSealed } from '../clusters/edit-cluster';
import { makeFromDocument } from '../clusters/new-cluster';
import { MadeClusterDto, madeView } from '../clusters/new-cluster.dto';
import { ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { answerOnce, OwnIdempotency } from '../http/idempotency.interceptor';
import { idempotencyKeyOf } from '../http/idempotency-key';
import { Project } from '../http/principal';
import { requestHash } from '../http/request-hash';
import { Needs } from '../http/route-access';
import { sentBody } from '../http/sent-body';
import { ARTIFACTS } from '../planner-ports';
import { checkHistory } from './check-history';
import { ImportQuery } from './import.dto';
import { type ClusterArchive, notAnArchive, readArchive } from './read-archive';
import { readManifest, writeArchive } from './write-archive';
import { writeHistory } from './write-history';
import { ClusterParts } from '../clusters/revise-cluster';

/** Clusters as files that another server takes. */
@ApiTags('clusters')
@Controller('api/v1')
export class ArchivesController {
  constructor(
    private readonly parts: ClusterParts,
    private readonly bundles: BundleService,
    @Inject(ARTIFACTS) private readonly artifacts: ArtifactStore,
  ) {}

  @Get('clusters/:cluster/archive')
  @Needs('viewer')
  @ApiOperation({
    operationId: 'archiveCluster',
    summary: 'The cluster with its bundles as one file, secrets left out',
  })
  @ApiProduces('application/gzip')
  @ApiOkResponse({ content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } } })
  @ApiRefusals(404, 422)
  async download(@Project() project: string, @Param('cluster') name: string, @Res() response: Response): Promise<void> {
    const content = await writeArchive({ on: this.parts.database.manager, artifacts: this.artifacts }, project, name);
    response.status(200).type('application/gzip').attachment(`${name}.tar.gz`);
    await pipeline(content, response);
  }

  @Post('cluster-archives')
  @Needs('admin')
  @HttpCode(201)
  @OwnIdempotency()
  @ApiOperation({
    operationId: 'importCluster',
    summary: 'Publish the bundles of an archive and make its cluster, with all its revisions',
  })
  @ApiConsumes('application/gzip')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiIdempotent()
  @ApiCreatedResponse({ type: MadeClusterDto })
  @ApiRefusals(409, 413, 422, 503)
  async import(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query() query: ImportQuery,
    @Editing() editing: Editing,
  ): Promise<unknown> {
    const key = idempotencyKeyOf(request);
    const { archive, digest } = await readArchive(sentBody(request), (sent) => this.bundles.receive(sent));
    const make = (): Promise<MadeClusterDto> => this.#make(archive, query, editing);
    if (key === null) return make();
    return answerOnce(this.parts.database, key, request, requestHash(request, digest), response, make);
  }

  async #make(
    { manifest, revisions, bundles }: ClusterArchive,
    query: ImportQuery,
    { project, who }: Editing,
  ): Promise<MadeClusterDto> {
    const { database, runner, secretBox } = this.parts;
    const read = readManifest(manifest);
    if (read === null || !NAME_PATTERN.test(read.cluster)) throw notAnArchive('its manifest is none of version 1');
    const { cluster, document } = read;
    const name = query.as ?? cluster;
    refuseSealed(document, []);
    const history = revisions.size === 0 ? null : await checkHistory(secretBox, { cluster, as: name }, revisions);
    if (await database.manager.existsBy(ClusterRow, { project, name })) throw exists(name);
    // Published in the order of the archive; what is there with the same content stays as it is.
    for (const { kind, sent } of bundles) await publishBundle({ database, runner }, { project, kind, who }, sent);
    const made = await makeFromDocument(
      this.parts,
      project,
      {
        ...{ name, document: { ...document, cluster: name }, acceptHostKeys: query.acceptHostKeys === 'true' },
        ...(history === null ? {} : { write: writeHistory(history) }),
      },
      { who, why: query.reason ?? 'Imported from an archive.', change: 'import' },
    );
    return madeView(made);
  }
}

function exists(name: string): ProblemsError {
  return new ProblemsError([
    problem('CLUSTER_EXISTS', {
      subject: `cluster ${name}`,
      summary: 'There is a cluster of that name already.',
      remedy: 'Give it another name: `muster cluster import FILE --as NAME`.',
    }),
  ]);
}
