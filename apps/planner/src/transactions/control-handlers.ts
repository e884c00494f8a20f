import { BusContext, BusController } from '@muster/messaging';
import type { SecretBox } from '@muster/model';
import { controlTransaction, type ControlTransaction } from '@muster/protocol';
import { Inject } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { recordMessage } from '../audit/record-message';
import { Operations } from '../operations/operations';
import { INSTALLATION, SECRET_BOX } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { type ControlAnswer, controlAndWait } from './control-and-wait';

/** What other programs ask of transactions by message; who may send is for the broker's permissions to say. */
@BusController()
export class ControlHandlers {
  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    private readonly operations: Operations,
    @Inject(SECRET_BOX) private readonly secretBox: SecretBox,
    @Inject(INSTALLATION) private readonly installation: string,
  ) {}

  @MessagePattern(controlTransaction.schema)
  control(@Payload() body: ControlTransaction, @Ctx() context: BusContext): Promise<ControlAnswer> {
    const { project, transaction, verb, tasks = null, limit = null, event = null, reason = null, who } = body;
    const { database, nudges, secretBox, installation } = this;
    const parts = { database, nudges, secretBox, installation };
    // So that nobody takes it for a person who has logged in here.
    const by = `${who} (by message)`;
    const { id } = context;
    const entry = {
      project,
      who: by,
      what: 'controlTransaction',
      subject: `transaction ${transaction}: ${verb}`,
      why: reason,
    };
    const operation = { id, project, name: 'controlTransaction', who: by, subject: { transaction } };
    const wish = { verb, tasks, limit, event, reason };
    return recordMessage(database.manager, entry, () =>
      this.operations.run(operation, () => controlAndWait(parts, { project, transaction }, id, wish, by)),
    );
  }
}
