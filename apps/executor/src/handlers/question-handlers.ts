import { Executor, type NodePort } from '@muster/execution';
import { BusController } from '@muster/messaging';
import { problem, ProblemsError } from '@muster/problems';
import {
  describeExecutors,
  describePools,
  explainTask,
  type ExplainReply,
  readEvents,
  readLimits,
  scanHostKey,
  setPool,
} from '@muster/protocol';
import { Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { EXECUTOR, NODES } from '../executor-ports';

/** Questions: answered from the stored log or by asking a node; any executor can, also while the owner is dead. */
@BusController()
export class QuestionHandlers {
  constructor(
    @Inject(EXECUTOR) private readonly executor: Executor,
    @Inject(NODES) private readonly nodes: NodePort,
  ) {}

  @MessagePattern(explainTask.schema)
  async why(@Payload() { deployment, task }: { deployment: string; task: string }): Promise<ExplainReply> {
    const reply = await this.executor.explain(deployment, task);
    if (reply) return reply;
    throw new ProblemsError([
      problem('API_NOT_FOUND', { subject: `task ${task}`, summary: `deployment ${deployment} has no such task here` }),
    ]);
  }

  @MessagePattern(readLimits.schema)
  async limits(@Payload() { deployment }: { deployment: string }): Promise<{ limits: unknown }> {
    const limits = await this.executor.limits(deployment);
    if (limits) return { limits };
    throw new ProblemsError([
      problem('DEPLOY_UNKNOWN_TRANSACTION', { subject: `deployment ${deployment}`, summary: 'no executor knows it' }),
    ]);
  }

  @MessagePattern(readEvents.schema)
  async events(
    @Payload() { deployment, from, to }: { deployment: string; from: number; to: number },
  ): Promise<{ events: unknown }> {
    return { events: await this.executor.events(deployment, from, to) };
  }

  @MessagePattern(scanHostKey.schema)
  async scan(@Payload() { address, port }: { address: string; port: number }): Promise<{ hostKey: string }> {
    try {
      return { hostKey: await this.nodes.scanHostKey(address, port) };
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'no answer';
      throw new ProblemsError([
        problem('NODE_UNREACHABLE', { subject: `${address}:${port}`, summary: 'shows no host key', detail }),
      ]);
    }
  }

  @MessagePattern(describeExecutors.schema)
  async executors(): Promise<{ executors: unknown }> {
    return { executors: await this.executor.executors() };
  }

  @MessagePattern(describePools.schema)
  async pools(@Payload() { project }: { project: string }): Promise<{ pools: unknown }> {
    return { pools: await this.executor.pools(project) };
  }

  /** Like a question: whoever sets a pool waits for the answer, and sets it again if there is none. */
  @MessagePattern(setPool.schema)
  async setPool(
    @Payload() { project, pool, slots, version }: { project: string; pool: string; slots: number; version: number },
  ): Promise<{ accepted: true }> {
    await this.executor.setPool(project, pool, slots, version);
    return { accepted: true };
  }
}
