import {
  type GreetAnswer,
  type NodeFailure,
  type NodeInspector,
  type NodeShell,
  type PowerAnswer,
  powerNode,
  type PowerQuestion,
  targetOf,
  targetsOf,
} from '@muster/execution';
import { BusController } from '@muster/messaging';
import type { JsonObject, NodeFacts, PowerAction, SecretBox } from '@muster/model';
import { isProblemCode, problem, type Problem, ProblemsError } from '@muster/problems';
import {
  greetBehind,
  greetMachines,
  inspectNode,
  type NodeAccessMessage,
  powerNode as powerNodeMessage,
} from '@muster/protocol';
import { Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { BOX, INSPECTOR, SHELL } from '../executor-ports';

/** Questions that machines are asked for. Nothing is kept here. */
@BusController()
export class InspectionHandlers {
  constructor(
    @Inject(INSPECTOR) private readonly inspector: NodeInspector,
    @Inject(SHELL) private readonly shell: NodeShell,
    @Inject(BOX) private readonly box: SecretBox,
  ) {}

  @MessagePattern(inspectNode.schema)
  async inspect(
    @Payload() { node, jumps }: { node: NodeAccessMessage; jumps: readonly NodeAccessMessage[] },
  ): Promise<{ facts: NodeFacts }> {
    const answer = await this.inspector.inspect(targetOf(this.box, node, jumps));
    if (answer.kind === 'inspected') return { facts: answer.facts };
    throw new ProblemsError([failureProblem(`node ${node.name}`, 'It could not be inspected', answer)]);
  }

  @MessagePattern(greetMachines.schema)
  greet(@Payload() { machines, timeoutMs }: Greeted): Promise<{ machines: readonly GreetAnswer[] }> {
    return this.#greet(machines, timeoutMs, []);
  }

  @MessagePattern(greetBehind.schema)
  greetBehind(
    @Payload() { machines, timeoutMs, jumps }: Greeted & { jumps: readonly NodeAccessMessage[] },
  ): Promise<{ machines: readonly GreetAnswer[] }> {
    return this.#greet(machines, timeoutMs, jumps);
  }

  /** Not a question of facts, but as short, and asked of machines in the same way. */
  @MessagePattern(powerNodeMessage.schema)
  async power(@Payload() { node, carrier, jumps, driver, action }: PowerMessage): Promise<PowerAnswer> {
    const question = { node, carrier: targetOf(this.box, carrier, jumps), driver, action };
    const answer = await powerNode({ shell: this.shell, box: this.box }, question);
    if ('problems' in answer) throw new ProblemsError(answer.problems);
    return answer;
  }

  async #greet(
    machines: Greeted['machines'],
    timeoutMs: number,
    jumps: readonly NodeAccessMessage[],
  ): Promise<{ machines: readonly GreetAnswer[] }> {
    const answer = await this.inspector.greet(machines, timeoutMs, targetsOf(this.box, jumps));
    if (!('kind' in answer)) return { machines: answer };
    throw new ProblemsError([failureProblem(`node ${jumps.at(-1)?.name ?? ''}`, 'It leads nowhere', answer)]);
  }
}

interface Greeted {
  readonly machines: readonly { readonly address: string; readonly port: number }[];
  readonly timeoutMs: number;
}

interface PowerMessage {
  readonly node: PowerQuestion['node'];
  readonly carrier: NodeAccessMessage;
  readonly jumps: readonly NodeAccessMessage[];
  readonly driver: JsonObject;
  readonly action: PowerAction;
}

function failureProblem(subject: string, summary: string, failure: NodeFailure): Problem {
  const code = failure.kind === 'refused' && isProblemCode(failure.code) ? failure.code : 'NODE_UNREACHABLE';
  return problem(code, { subject, summary: `${summary}: ${failure.detail}.` });
}
