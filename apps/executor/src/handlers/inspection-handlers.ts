import type { GreetAnswer, NodeInspector, NodeTarget } from '@muster/execution';
import { BusController } from '@muster/messaging';
import type { NodeFacts, SecretBox } from '@muster/model';
import { isProblemCode, problem, ProblemsError } from '@muster/problems';
import { greetMachines, inspectNode, type NodeAccessMessage } from '@muster/protocol';
import { Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { BOX, INSPECTOR } from '../executor-ports';

/** Questions that machines are asked for. Nothing is changed there, and nothing is kept here. */
@BusController()
export class InspectionHandlers {
  constructor(
    @Inject(INSPECTOR) private readonly inspector: NodeInspector,
    @Inject(BOX) private readonly box: SecretBox,
  ) {}

  @MessagePattern(inspectNode.schema)
  async inspect(
    @Payload() { node, jumps }: { node: NodeAccessMessage; jumps: readonly NodeAccessMessage[] },
  ): Promise<{ facts: NodeFacts }> {
    const way = jumps.map((each) => this.#target(each, []));
    const answer = await this.inspector.inspect(this.#target(node, way));
    if (answer.kind === 'inspected') return { facts: answer.facts };
    const code = answer.kind === 'refused' && isProblemCode(answer.code) ? answer.code : 'NODE_UNREACHABLE';
    throw new ProblemsError([
      problem(code, { subject: `node ${node.name}`, summary: `It could not be inspected: ${answer.detail}.` }),
    ]);
  }

  @MessagePattern(greetMachines.schema)
  async greet(
    @Payload()
    { machines, timeoutMs }: { machines: readonly { address: string; port: number }[]; timeoutMs: number },
  ): Promise<{ machines: readonly GreetAnswer[] }> {
    return {
      machines: await Promise.all(machines.map(({ address, port }) => this.inspector.greet(address, port, timeoutMs))),
    };
  }

  #target(access: NodeAccessMessage, jumps: readonly NodeTarget[]): NodeTarget {
    const { name, address, port, user, become, hostKey, stateDir, identity } = access;
    return { name, address, port, user, become, hostKey, stateDir, jumps, identity: this.box.open(identity).reveal() };
  }
}
