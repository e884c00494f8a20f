import type { Bus } from '@muster/messaging';
import { type NodeFacts } from '@muster/model';
import { type Problem, ProblemsError } from '@muster/problems';
import { factsReply, INSPECTIONS_QUEUE, inspectNode, type NodeAccessMessage } from '@muster/protocol';
import type { EntityManager } from 'typeorm';
import { askExecutors } from '../executors/ask-executors';
import { findNodesWithJumps } from './find-nodes';
import { accessOf } from './node-access';
import type { NodeRow } from './node.entity';

/** Connecting through a jump node, logging in and answering. */
const PATIENCE_MS = 60_000;

/** How the node is reached, with what it is reached through, outermost first; or everything that is missing for that. */
export interface NodeWay {
  readonly node: NodeAccessMessage;
  readonly jumps: readonly NodeAccessMessage[];
}

/** Throws `ProblemsError` with everything that keeps the node, or one on the way to it, from being reached. */
export async function wayToNode(on: EntityManager, row: NodeRow): Promise<NodeWay> {
  const known = await findNodesWithJumps(on, row.project, [row.name]);
  const problems: Problem[] = [];
  const way: NodeAccessMessage[] = [];
  const passed = new Set<string>();
  for (let at: NodeRow | undefined = row; at !== undefined && !passed.has(at.name);) {
    passed.add(at.name);
    const read = accessOf(at);
    if ('access' in read) way.unshift(read.access);
    else problems.push(...read.problems);
    at = at.jump === null ? undefined : known.get(at.jump);
  }
  const node = way.pop();
  if (problems.length > 0 || node === undefined) throw new ProblemsError(problems);
  return { node, jumps: way };
}

/** What the machine says of itself. Throws `ProblemsError`. */
export async function askForFacts(bus: Bus, { node, jumps }: NodeWay): Promise<NodeFacts> {
  const question = { node, jumps: [...jumps] };
  const { facts } = await askExecutors(bus, inspectNode, question, factsReply, PATIENCE_MS, INSPECTIONS_QUEUE);
  return facts;
}
