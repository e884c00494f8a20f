import { BaseRpcContext } from '@nestjs/microservices';
import type { Delivery, MessageHeaders } from '../bus';

interface BusContextFields {
  readonly id: string;
  readonly schema: string;
  readonly delivery: Delivery;
}

/** What a handler may know about its message beside the body: `@Ctx() context: BusContext`. */
export class BusContext extends BaseRpcContext<[BusContextFields]> {
  /** Of the message; the same when it comes again. */
  get id(): string {
    return this.args[0].id;
  }

  /** As `Delivery.headers`. */
  get headers(): MessageHeaders {
    return this.args[0].delivery.headers;
  }

  get schema(): string {
    return this.args[0].schema;
  }

  /** Counts from 1. */
  get attempt(): number {
    return this.args[0].delivery.attempt;
  }
}
