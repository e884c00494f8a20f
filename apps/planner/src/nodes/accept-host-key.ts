import type { Bus } from '@muster/messaging';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import { hostKeyReply, scanHostKey } from '@muster/protocol';
import type { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';
import { askExecutors } from '../executors/ask-executors';
import { writeFeedEvents } from '../feed/write-feed-events';
import { requireMatch } from '../http/etag';
import { type AskParts, greetOneBehind, wayThrough } from './greet-machines';
import { moveNodes } from './move-nodes';
import { NodeRow } from './node.entity';
import { writeHistory } from './node-history';
import { findNode, nodeEtag } from './node-view';
import { refuseNodesInUse } from './nodes-in-use';

const SCAN_MS = 30_000;

/** The key that the machine shows now; null: it is reached through a node that cannot be logged in to yet. */
export async function seenHostKey({ on, bus }: AskParts, row: NodeRow): Promise<string | null> {
  const { name, address, port, jump } = row;
  const subject = `node ${row.name}`;
  if (address === null)
    throw new ProblemsError([problem('NODE_ADDRESS_MISSING', { subject, summary: 'It has no address.' })]);
  if (jump !== null) {
    const way = await wayThrough(on, row.project, jump).catch((error: unknown) => {
      if (error instanceof ProblemsError) return null;
      throw error;
    });
    return way === null ? null : greetOneBehind(bus, way, { name, address, port });
  }
  return (await askExecutors(bus, scanHostKey, { address, port }, hostKeyReply, SCAN_MS)).hostKey;
}

/**
 * Accepts a host key that somebody has compared with the machine. The machine must show it now, unless it cannot be looked at;
 * one that replaces another has to be meant so. Throws, and then nothing is changed.
 */
export async function acceptHostKey(
  parts: { readonly database: DataSource; readonly bus: Bus },
  project: string,
  name: string,
  wish: {
    readonly hostKey: string;
    readonly replace: boolean;
    readonly who: string;
    readonly why: string | null;
    readonly ifMatch: string | null;
  },
): Promise<void> {
  const { hostKey, replace, who, why, ifMatch } = wish;
  const found = await findNode(parts.database.manager, project, name);
  requireMatch(ifMatch, nodeEtag(found), `node ${name}`);
  const refusal = (accepted: string | null): Problem[] =>
    accepted === null || accepted === hostKey || replace
      ? []
      : [changed(name, `Accepted is ${accepted}; ${hostKey} would replace it.`)];
  const early = refusal(found.hostKey);
  if (early.length > 0) throw new ProblemsError(early);
  const seen = await seenHostKey({ on: parts.database.manager, bus: parts.bus }, found);
  if (seen !== null && seen !== hostKey)
    throw new ProblemsError([changed(name, `The machine shows ${seen}, and ${hostKey} was to be accepted.`)]);
  await parts.database.transaction(async (on) => {
    const row = await findNode(on, project, name, 'pessimistic_write');
    requireMatch(ifMatch, nodeEtag(row), `node ${name}`);
    const late = refusal(row.hostKey);
    if (late.length > 0) throw new ProblemsError(late);
    if (row.hostKey === hostKey) return;
    await refuseNodesInUse(on, [row]);
    const other = await rowOf<{ name: string }>(
      on,
      "SELECT name FROM planner.node WHERE project = $1 AND host_key = $2 AND id <> $3 AND state <> 'retired' LIMIT 1",
      [project, hostKey, row.id],
    );
    if (other !== null)
      throw new ProblemsError([
        problem('NODE_DUPLICATE', {
          subject: `node ${name}`,
          summary: `Node ${other.name} has the same host key: they are one machine.`,
        }),
      ]);
    await on.update(NodeRow, { id: row.id }, { hostKey });
    const data = { before: row.hostKey, after: hostKey, seen: seen !== null, ...(why === null ? {} : { why }) };
    await writeHistory(on, [{ nodeId: row.id, kind: 'host-key', who, data }]);
    await moveNodes(on, [row.id], 'enrol', { who });
    await writeFeedEvents(on, project, [
      { type: 'node.changed', at: null, subject: { node: name }, data: { changed: ['hostKey'], who } },
    ]);
  });
}

function changed(name: string, summary: string): Problem {
  return problem('NODE_HOST_KEY_CHANGED', {
    subject: `node ${name}`,
    summary,
    remedy: 'Find out why; if the machine was reinstalled, accept its new fingerprint with `replace`.',
  });
}
