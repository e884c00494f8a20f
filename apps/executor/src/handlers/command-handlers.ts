import { BusContext, BusController, type MessageHeaders } from '@muster/messaging';
import { Executor } from '@muster/execution';
import { type Problem, ProblemsError } from '@muster/problems';
import {
  closeTransaction,
  type CloseTransaction,
  controlDeployment,
  type ControlDeployment,
  adoptNode,
  type NodeAccessMessage,
  type ReleaseTransaction,
  releaseTransaction,
  startDeployment,
  type StartDeployment,
  type StartOrigin,
} from '@muster/protocol';
import { scopeHeaders } from '@muster/telemetry';
import { Inject } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { EXECUTOR } from '../executor-ports';

/** Commands: stored in the inbox, answered, acknowledged. A delivery is never held for the length of a task. */
@BusController()
export class CommandHandlers {
  constructor(@Inject(EXECUTOR) private readonly executor: Executor) {}

  @MessagePattern(startDeployment.schema)
  async start(@Payload() body: StartDeployment, @Ctx() context: BusContext): Promise<{ accepted: true }> {
    return accepted(await this.executor.accept(context.id, body, originOf({ ...context.headers, ...scopeHeaders() })));
  }

  @MessagePattern(controlDeployment.schema)
  async control(@Payload() body: ControlDeployment, @Ctx() context: BusContext): Promise<{ accepted: true }> {
    return accepted(await this.executor.control(context.id, body));
  }

  @MessagePattern(adoptNode.schema)
  async adopt(
    @Payload()
    {
      node,
      jumps,
      installation,
    }: {
      node: NodeAccessMessage;
      jumps?: readonly NodeAccessMessage[];
      installation: string;
    },
  ): Promise<{ accepted: true }> {
    return accepted(await this.executor.adopt(node, jumps ?? [], installation));
  }

  @MessagePattern(closeTransaction.schema)
  async close(@Payload() body: CloseTransaction): Promise<{ accepted: true }> {
    await this.executor.closeTransaction(body);
    return { accepted: true };
  }

  @MessagePattern(releaseTransaction.schema)
  async release(@Payload() body: ReleaseTransaction): Promise<{ accepted: true }> {
    await this.executor.releaseTransaction(body);
    return { accepted: true };
  }
}

/** The span of this handler, where it is one; else what the message says. */
function originOf({ traceparent, 'x-request-id': requestId }: MessageHeaders): StartOrigin {
  return { ...(traceparent === undefined ? {} : { traceparent }), ...(requestId === undefined ? {} : { requestId }) };
}

function accepted(problems: readonly Problem[]): { accepted: true } {
  if (problems.length > 0) throw new ProblemsError(problems);
  return { accepted: true };
}
