import { dirname, resolve } from 'node:path';
import type { RegisteredNodes, RegisterNode } from '@muster/client';
import { problem, ProblemsError } from '@muster/problems';
import { readIdentities } from '../cluster/read-identities';
import { ExitCode } from '../exit-code';
import { readText } from '../io/read-text';
import type { Session } from '../session';

export interface RegisterOptions {
  readonly file: string;
  readonly acceptHostKeys?: boolean;
}

/** Registers the machines that a file lists; the private keys that it names are read here, relative to it. */
export async function registerNodes(session: Session, options: RegisterOptions): Promise<ExitCode> {
  const { io } = session;
  const source = await readText(io.cwd, options.file, 'list of nodes');
  const listed = await readList(source, options.file);
  const named = listed.flatMap(({ name, identityFile }, index) =>
    typeof identityFile === 'string'
      ? [{ node: String(name), identityFile, place: { file: options.file, path: `${index}.identityFile` } }]
      : [],
  );
  const identities = await readIdentities(named, dirname(resolve(io.cwd, options.file)), io.home);
  // What is wrong with a field is told by the planner, for all of them at once.
  const nodes = listed.map(({ identityFile: _, ...node }) => {
    const identity = Object.hasOwn(identities, String(node['name'])) ? identities[String(node['name'])] : undefined;
    return { ...node, ...(identity === undefined ? {} : { identity }) } as unknown as RegisterNode;
  });
  const added = await (await session.client()).nodes.add(nodes, options.acceptHostKeys ?? false);
  tellRegistered(session, added);
  return ExitCode.success;
}

/** Says of each node what became of it. */
export function tellRegistered(session: Session, added: RegisteredNodes): void {
  for (const it of added.acceptedHostKeys) session.say(`accepted the host key of node ${it.node}: ${it.hostKey}`);
  session.answer(added, () =>
    added.changes
      .map(({ node, created, changed }) => {
        if (created) return `node ${node} is registered\n`;
        return changed.length === 0
          ? `node ${node} is registered, and unchanged\n`
          : `node ${node} is registered, and changed: ${changed.join(', ')}\n`;
      })
      .join(''),
  );
}

async function readList(source: string, file: string): Promise<readonly Record<string, unknown>[]> {
  const { parse } = await import('yaml');
  const wrong = (summary: string): ProblemsError =>
    new ProblemsError([problem('LOCAL_FILE', { subject: 'list of nodes', summary, place: { file } })]);
  let read: unknown;
  try {
    // No aliases: a list of machines needs none, and they can make a small file a huge one.
    read = parse(source, { maxAliasCount: 0 });
  } catch (error) {
    throw wrong(`it is no YAML: ${(error as Error).message}`);
  }
  const list: unknown = isMap(read) ? read['nodes'] : read;
  if (!Array.isArray(list) || !list.every(isMap))
    throw wrong('a list of nodes is expected, each with `name` and `address`');
  return list;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
