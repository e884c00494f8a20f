import { BusController } from '@muster/messaging';
import { publishBundlePart, type PublicationReply, type PublishBundlePart } from '@muster/protocol';
import type { ArtifactStore } from '@muster/storage';
import { Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { RefusalGate } from '../audit/refusal-gate';
import { BundleService } from '../bundles/bundle-service';
import type { FindPrincipal } from '../http/identify';
import type { PlanRunner } from '../plans/plan-runner';
import { ARTIFACTS, FIND_PRINCIPAL, PLAN_RUNNER } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { takePart } from './take-part';

/** Releases and plugins that publish themselves. The broker says who may send, the token in the message who may publish. */
@BusController()
export class PublicationHandlers {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    private readonly bundles: BundleService,
    private readonly refusals: RefusalGate,
    @Inject(ARTIFACTS) private readonly artifacts: ArtifactStore,
    @Inject(PLAN_RUNNER) private readonly runner: PlanRunner,
    @Inject(FIND_PRINCIPAL) private readonly identity: { readonly find: FindPrincipal | null },
  ) {}

  @MessagePattern(publishBundlePart.schema)
  async take(@Payload() part: PublishBundlePart): Promise<PublicationReply> {
    const { database, artifacts, runner, refusals } = this;
    const reply = await takePart(
      {
        ...{ database, artifacts, runner, refusals, findPrincipal: this.identity.find },
        receive: (body) => this.bundles.receive(body),
      },
      part,
    );
    if (reply.state === 'published') this.nudges.nudge('recorded');
    return reply;
  }
}
