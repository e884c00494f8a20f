import { problem, type Problem } from '@muster/problems';
import type { NodeAccessMessage } from '@muster/protocol';
import { targetOf } from './node-target-of';
import type { ExecutorPorts } from './ports/executor-ports';

/** Takes a node over from another installation, through `jumps` if it is reached so, outermost first; settles with the problems that stand in the way. */
export async function adoptNode(
  { box, nodes, store }: Pick<ExecutorPorts, 'box' | 'nodes' | 'store'>,
  node: NodeAccessMessage,
  jumps: readonly NodeAccessMessage[],
  installation: string,
): Promise<readonly Problem[]> {
  const subject = `node ${node.name}`;
  if (node.jump !== null && jumps.at(-1)?.name !== node.jump)
    return [
      problem('NODE_UNREACHABLE', {
        subject,
        summary: `it is reached through ${node.jump}, and nobody said how that is reached`,
        remedy: 'Update the planner: it is older than this executor.',
      }),
    ];
  const target = targetOf(box, node, jumps);
  const found = await nodes.identify(target);
  const ticket = found.kind === 'identified' ? await store.drawTicket(node.machine, found.machine) : 0;
  if (ticket === null) return [problem('DEPLOY_NODE_CLAIMED', { subject, summary: 'a transaction claims it' })];
  const answer = found.kind === 'identified' ? await nodes.adopt(target, { installation, ticket }) : found;
  if (answer.kind === 'ready') return [];
  const detail = answer.kind === 'refused' ? `${answer.code}: ${answer.detail}` : answer.detail;
  return [problem('NODE_UNREACHABLE', { subject, summary: 'it could not be adopted', detail })];
}
