import type { Bus } from '@muster/messaging';
import { problem, ProblemsError } from '@muster/problems';
import { greetBehind, greetedReply, greetMachines, INSPECTIONS_QUEUE, type NodeAccessMessage } from '@muster/protocol';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { askExecutors } from '../executors/ask-executors';
import { wayToNode } from './ask-for-facts';
import { findNode } from './node-view';

export type Greeting = z.infer<typeof greetedReply>['machines'][number];

/** The parts that a question about machines needs. */
export interface AskParts {
  readonly on: EntityManager;
  readonly bus: Bus;
}

/** The way to what is behind a node, outermost first; null: none. Throws what keeps that node from being reached. */
export async function wayThrough(
  on: EntityManager,
  project: string,
  jump: string | null,
): Promise<readonly NodeAccessMessage[]> {
  if (jump === null) return [];
  const { node, jumps } = await wayToNode(on, await findNode(on, project, jump));
  return [...jumps, node];
}

/** Who answers at these addresses, in their order, looked at through `way`. No login is tried but on the way. */
export async function greet(
  bus: Bus,
  way: readonly NodeAccessMessage[],
  machines: readonly { readonly address: string; readonly port: number }[],
  timeoutMs: number,
  patienceMs: number,
): Promise<readonly Greeting[]> {
  const question = { machines: machines.map(({ address, port }) => ({ address, port })), timeoutMs };
  const answer =
    way.length === 0
      ? await askExecutors(bus, greetMachines, question, greetedReply, patienceMs, INSPECTIONS_QUEUE)
      : await askExecutors(
          bus,
          greetBehind,
          { ...question, jumps: [...way] },
          greetedReply,
          patienceMs,
          INSPECTIONS_QUEUE,
        );
  return answer.machines;
}

/** The host key of a machine behind others. Throws `NODE_UNREACHABLE`. */
export async function greetOneBehind(
  bus: Bus,
  way: readonly NodeAccessMessage[],
  machine: { readonly name: string; readonly address: string; readonly port: number },
): Promise<string> {
  const [answer] = await greet(bus, way, [machine], GREETING_MS, PATIENCE_MS);
  if (answer?.kind === 'ssh') return answer.hostKey;
  throw new ProblemsError([
    problem('NODE_UNREACHABLE', {
      subject: `node ${machine.name}`,
      summary: `It shows no host key through ${way.at(-1)?.name ?? ''}.`,
      detail: answer?.detail ?? 'no answer',
    }),
  ]);
}

const GREETING_MS = 10_000;
/** Logging in to what is on the way, and the greeting. */
const PATIENCE_MS = 60_000;
