import { type Place, problem, type Problem, ProblemsError } from '@muster/problems';
import { describeExecutors, executorsReply, hostKeyReply, scanHostKey } from '@muster/protocol';
import { askExecutors } from '../executors/ask-executors';
import { type AskParts, greetOneBehind, wayThrough } from './greet-machines';

/** Scans that run at once: a cluster of hundreds is done in seconds, and no executor is flooded. */
const SCANS_AT_ONCE = 16;
const PRESENCE_MS = 5000;
const SCAN_MS = 30_000;

/** A node whose host key nobody has accepted yet. */
export interface UnknownNode {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The node that it is reached through. */
  readonly jump: string | null;
  /** Where somebody named it. */
  readonly place: Place;
}

export interface AcceptedHostKey {
  readonly node: string;
  readonly hostKey: string;
}

/**
 * Has the executors look at the host keys of nodes that have none accepted. With `accept` the keys seen are returned as
 * accepted; without, each is a problem that shows the fingerprint. Throws `API_UNAVAILABLE` if no executor answers.
 */
export async function scanHostKeys(
  parts: AskParts,
  project: string,
  nodes: readonly UnknownNode[],
  accept: boolean,
): Promise<{ readonly accepted: readonly AcceptedHostKey[]; readonly problems: readonly Problem[] }> {
  // A machine may take long to answer, so a scan is given long; whether anybody scans is known much sooner.
  if (nodes.length > 0) await askExecutors(parts.bus, describeExecutors, {}, executorsReply, PRESENCE_MS);
  const accepted: AcceptedHostKey[] = [];
  const problems: Problem[] = [];
  const waiting = [...nodes];
  const work = async (): Promise<void> => {
    for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
      const seen = await scan(parts, project, node);
      if ('problems' in seen) problems.push(...seen.problems);
      else if (accept) accepted.push({ node: node.name, hostKey: seen.hostKey });
      else problems.push(unknown(node, `It shows the host key ${seen.hostKey}, which nobody has accepted.`));
    }
  };
  await Promise.all(Array.from({ length: Math.min(SCANS_AT_ONCE, nodes.length) }, work));
  const order = new Map(nodes.map((node, index) => [node.name, index]));
  accepted.sort((a, b) => (order.get(a.node) ?? 0) - (order.get(b.node) ?? 0));
  return { accepted, problems: problems.sort((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0)) };
}

async function scan(
  { on, bus }: AskParts,
  project: string,
  node: UnknownNode,
): Promise<{ readonly hostKey: string } | { readonly problems: readonly Problem[] }> {
  const way = await wayThrough(on, project, node.jump).catch((error: unknown) => {
    if (error instanceof ProblemsError) return null;
    throw error;
  });
  if (way === null) {
    const remedy = `Register ${node.jump} first, with host key and private key; or write the fingerprint as \`hostKey\`: \`ssh-keygen -lf\` on the machine prints it.`;
    return {
      problems: [
        {
          ...unknown(node, `It is reached through ${node.jump}, which cannot be logged in to yet.`),
          remedy,
        },
      ],
    };
  }
  try {
    if (way.length > 0) return { hostKey: await greetOneBehind(bus, way, node) };
    return await askExecutors(bus, scanHostKey, { address: node.address, port: node.port }, hostKeyReply, SCAN_MS);
  } catch (error) {
    if (!(error instanceof ProblemsError) || error.problems.some((each) => each.code === 'API_UNAVAILABLE'))
      throw error;
    // The executor knows an address only; here it has a name.
    return {
      problems: error.problems.map((each) => ({
        ...each,
        subject: `node ${node.name}`,
        place: node.place,
      })),
    };
  }
}

function unknown(node: UnknownNode, summary: string): Problem {
  return problem('NODE_HOST_KEY_UNKNOWN', {
    subject: `node ${node.name}`,
    summary,
    place: node.place,
  });
}
