import { BusController, DONE, park, retryLater, type Verdict } from '@muster/messaging';
import {
  deploymentEvents,
  type DeploymentEventsMessage,
  gatheredOutput,
  type GatheredOutputMessage,
  taskOutput,
  type TaskOutputMessage,
} from '@muster/protocol';
import { EventPattern, Payload } from '@nestjs/microservices';
import { PlannerMetrics } from '../health/planner-metrics';
import { EventIntake } from './event-intake';
import { isRun } from './event-run';
import { OutputIntake } from '../output/output-intake';

/** What executors tell. A message that can never be handled is parked with the reason, and the service stays up. */
@BusController()
export class DeploymentHandlers {
  constructor(
    private readonly events: EventIntake,
    private readonly output: OutputIntake,
    private readonly metrics: PlannerMetrics,
  ) {}

  /** States: applied in order, once. */
  @EventPattern<string>(deploymentEvents.schema)
  async takeEvents(@Payload() message: DeploymentEventsMessage): Promise<Verdict> {
    const verdict = await this.judgeEvents(message);
    this.metrics.countMessage('events', verdict);
    if (verdict === DONE) this.metrics.countEvents(message.deployment, message.events);
    return verdict;
  }

  /** Output: kept as it comes. */
  @EventPattern<string>(gatheredOutput.schema)
  takeGatheredOutput(@Payload() { chunks }: GatheredOutputMessage): Promise<Verdict> {
    return this.keepOutput(chunks);
  }

  /** As executors one version older send it. */
  @EventPattern<string>(taskOutput.schema)
  takeOutput(@Payload() message: TaskOutputMessage): Promise<Verdict> {
    return this.keepOutput([message]);
  }

  private async keepOutput(chunks: readonly TaskOutputMessage[]): Promise<Verdict> {
    await Promise.all(chunks.map((chunk) => this.output.add(chunk)));
    this.metrics.countMessage('output', DONE);
    return DONE;
  }

  private async judgeEvents(message: DeploymentEventsMessage): Promise<Verdict> {
    if (!isRun(message.events)) return park('its events have a gap');
    const taken = await this.events.take(message);
    switch (taken.kind) {
      case 'done':
        return DONE;
      case 'later':
        return retryLater(taken.reason);
      case 'unknown':
        return park(`deployment ${message.deployment} is not known here`);
    }
  }
}
