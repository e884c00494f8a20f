import { Executor } from '@muster/execution';
import { BusController } from '@muster/messaging';
import { nudge } from '@muster/protocol';
import { Inject } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { EXECUTOR } from '../executor-ports';

/** Something is in the inbox; missing a nudge does no harm, since owners look at each renewal of their leases. */
@BusController()
export class NudgeHandlers {
  constructor(@Inject(EXECUTOR) private readonly executor: Executor) {}

  @EventPattern<string>(nudge.schema)
  nudged(): void {
    this.executor.nudged();
  }
}
