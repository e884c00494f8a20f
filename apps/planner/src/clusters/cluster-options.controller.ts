import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { knownOptions } from '@muster/catalog';
import type { JsonObject } from '@muster/model';
import { ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { bundlesOf } from '../bundles/find-bundles';
import { ApiEditable, ApiIdempotent, ApiRefusals } from '../http/api-errors';
import { Editing } from '../http/editing';
import { Project } from '../http/principal';
import { Needs } from '../http/route-access';
import { ClusterOptionsDto, SetOptionDto, SwitchedOptionDto } from './cluster-options.dto';
import { appliedView } from './cluster-views';
import { editCluster } from './edit-cluster';
import { findCluster, findRevision } from './find-cluster';
import { ClusterParts, etagOf } from './revise-cluster';
import { clusterOptions, switchOption } from './set-option';

/** Options of a cluster: what its release and plugins offer, and what is on. */
@ApiTags('clusters')
@Controller('api/v1/clusters/:cluster/options')
export class ClusterOptionsController {
  constructor(private readonly parts: ClusterParts) {}

  @Get()
  @Needs('viewer')
  @ApiOperation({ operationId: 'listOptions', summary: 'Options by name, and which are on' })
  @ApiOkResponse({ type: ClusterOptionsDto })
  @ApiRefusals(404, 422)
  async list(@Project() project: string, @Param('cluster') name: string): Promise<ClusterOptionsDto> {
    const { head, bundles } = await headOf(this.parts.database.manager, project, name);
    const items = clusterOptions(head.content, knownOptions(bundles)).map((each) => ({
      ...each,
      requires: [...each.requires],
    }));
    return { cluster: name, revision: head.number, etag: etagOf(head), items };
  }

  @Put(':option')
  @Needs('operator')
  @ApiOperation({ operationId: 'setOption', summary: 'Switch an option on or off' })
  @ApiIdempotent()
  @ApiEditable()
  @ApiOkResponse({ type: SwitchedOptionDto })
  @ApiRefusals(400, 404, 409, 412, 422, 503)
  async set(
    @Param('cluster') name: string,
    @Param('option') option: string,
    @Body() { enabled, replace = false, reason = null }: SetOptionDto,
    @Editing() { project, who, ifMatch }: Editing,
  ): Promise<SwitchedOptionDto> {
    const { head, bundles } = await headOf(this.parts.database.manager, project, name);
    const known = knownOptions(bundles);
    let switchedOff: readonly string[] = [];
    // Asked about what the revision says by then; its release is looked at again with everything else.
    const change = (document: JsonObject): JsonObject => {
      const before = { name: head.content.name, options: (document['options'] ?? {}) as Record<string, boolean> };
      const switched = switchOption(before, known, option, { enabled, replace });
      switchedOff = switched.switchedOff;
      return { ...document, options: switched.options };
    };
    const revised = await editCluster(
      this.parts,
      project,
      { cluster: name, acceptHostKeys: false, ifMatch },
      { change, keepGenerated: true },
      { who, why: reason, change: 'edit' },
    );
    return { ...appliedView(revised), switchedOff: [...switchedOff] };
  }
}

async function headOf(on: EntityManager, project: string, name: string) {
  const cluster = await findCluster(on, project, name);
  const head = await findRevision(on, cluster, cluster.headRevision);
  const found = await bundlesOf(on, project, head.content);
  if (!found.ok) throw new ProblemsError(found.problems);
  return { head, bundles: [found.release, ...found.plugins].map((each) => each.content) };
}
