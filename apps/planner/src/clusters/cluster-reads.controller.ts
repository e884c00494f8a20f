import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { diffClusters, type EffectiveValue, effectiveValues } from '@muster/catalog';
import { isSealedSecret, type Json, maskSecrets, SECRET_MASK } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { DataSource } from 'typeorm';
import { bundlesOf } from '../bundles/find-bundles';
import { ApiRefusals } from '../http/api-errors';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { EffectiveQuery, EffectiveSettingsDto, type EffectiveValueDto } from './effective-settings.dto';
import { DiffQuery, RevisionDiffDto } from './revision.dto';
import type { ClusterRow } from './cluster.entity';
import { findCluster, findRevision } from './find-cluster';
import type { RevisionRow } from './revision.entity';

/** What follows from revisions: effective settings, differences. */
@ApiTags('clusters')
@Controller('api/v1/clusters/:cluster')
export class ClusterReadsController {
  constructor(private readonly database: DataSource) {}

  @Get('effective')
  @Needs('viewer')
  @ApiOperation({
    operationId: 'getEffectiveSettings',
    summary: 'Every setting that has a value, and where that comes from',
  })
  @ApiOkResponse({ type: EffectiveSettingsDto })
  @ApiRefusals(400, 404, 422)
  async effective(
    @Project() project: string,
    @Param('cluster') name: string,
    @Query() query: EffectiveQuery,
  ): Promise<EffectiveSettingsDto> {
    const { manager } = this.database;
    const { revision, node: wanted } = query;
    const node = wanted ?? null;
    const cluster = await findCluster(manager, project, name);
    const { number, content } = await findRevision(manager, cluster, revision ?? cluster.headRevision);
    if (node !== null && !content.nodes.some((each) => each.name === node)) throw noSuchNode(name, node);
    const found = await bundlesOf(manager, project, content);
    if (!found.ok) throw new ProblemsError(found.problems);
    const bundles = [found.release, ...found.plugins].map((each) => each.content);
    return {
      cluster: name,
      revision: number,
      node,
      values: effectiveValues(content, bundles, node).map(effectiveView),
    };
  }

  @Get('diff')
  @Needs('viewer')
  @ApiOperation({ operationId: 'diffRevisions', summary: 'What differs between two revisions, by path' })
  @ApiOkResponse({ type: RevisionDiffDto })
  @ApiRefusals(400, 404)
  async diff(
    @Project() project: string,
    @Param('cluster') name: string,
    @Query() { from, to }: DiffQuery,
  ): Promise<RevisionDiffDto> {
    const cluster = await findCluster(this.database.manager, project, name);
    const [before, after] = [await this.revision(cluster, from), await this.revision(cluster, to)];
    return {
      cluster: name,
      from: before.number,
      to: after.number,
      changes: diffClusters(before.content, after.content).map(({ isSecret, path, ...change }) => ({
        ...change,
        path: [...path],
        secret: isSecret,
      })),
    };
  }

  private async revision(cluster: ClusterRow, wanted: string): Promise<RevisionRow> {
    if (wanted === 'live' && cluster.liveRevision === null) {
      throw new ProblemsError([
        problem('API_NOT_FOUND', {
          subject: `live revision of cluster ${cluster.name}`,
          summary: 'No revision is live: the cluster was never deployed as a whole.',
          remedy: 'Name two revisions by number.',
        }),
      ]);
    }
    const numbers: Readonly<Record<string, number | null>> = { head: cluster.headRevision, live: cluster.liveRevision };
    return findRevision(this.database.manager, cluster, numbers[wanted] ?? Number(wanted));
  }
}

function effectiveView(it: EffectiveValue): EffectiveValueDto {
  return {
    path: [...it.path],
    value: shown(it.value, it.isSecret),
    origin: it.origin,
    inherits: it.inherits && { ...it.inherits, value: shown(it.inherits.value, it.isSecret) },
    secret: it.isSecret,
    blank: it.isBlank,
    deprecated: it.isDeprecated,
    fixed: it.isFixed,
    generated: it.isGenerated,
    unused: !it.isDeclared,
  };
}

/** A secret that is not sealed is a default, or says so in a release: it is one all the same. */
function shown(value: Json, isSecret: boolean): Json {
  return isSecret && !isSealedSecret(value) ? SECRET_MASK : maskSecrets(value);
}

function noSuchNode(cluster: string, node: string): ProblemsError {
  return new ProblemsError([
    problem('API_NOT_FOUND', { subject: `node ${node}`, summary: `Cluster ${cluster} has no such node.` }),
  ]);
}
