import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { invariant, problem, ProblemsError } from '@muster/problems';
import { ArtifactError, type ArtifactStore } from '@muster/storage';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';
import { ApiRefusals } from '../http/api-errors';
import { principalOf } from '../http/principal';
import { DeploymentRoute } from '../http/route-access';
import { ARTIFACTS } from '../planner-ports';

/** For executors: what their deployments need, by digest, and nothing else. */
@ApiTags('internal')
@Controller('internal/artifacts')
export class ArtifactsController {
  constructor(
    private readonly database: DataSource,
    @Inject(ARTIFACTS) private readonly artifacts: ArtifactStore,
  ) {}

  @Get(':digest')
  @DeploymentRoute()
  @ApiOperation({ operationId: 'readArtifact', summary: "Bytes of an artifact of the token's deployment" })
  @ApiOkResponse({ content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } })
  @ApiRefusals(403, 404)
  async read(@Param('digest') digest: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const principal = principalOf(request);
    invariant(principal?.kind === 'deployment', 'the guard lets only deployments reach this route');
    const named = await rowOf(
      this.database.manager,
      'SELECT 1 FROM planner.deployment WHERE id = $1 AND $2 = ANY(artifacts)',
      [principal.id, digest],
    );
    const content = named === null ? null : await this.open(digest);
    // One answer for "not yours" and "not there": a token tells nothing about other deployments.
    if (content === null)
      throw new ProblemsError([
        problem('API_NOT_FOUND', {
          subject: `artifact ${digest.slice(0, 100)}`,
          summary: 'This deployment has no such artifact.',
        }),
      ]);
    response.status(200).type('application/octet-stream');
    await pipeline(Readable.from(content), response);
  }

  private open(digest: string): Promise<AsyncIterable<Uint8Array> | null> {
    return this.artifacts.open(digest).catch((error: unknown) => {
      if (error instanceof ArtifactError && error.failure === 'missing') return null;
      throw error;
    });
  }
}
