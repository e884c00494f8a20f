import type { Bus } from '@muster/messaging';
import { ProblemsError } from '@muster/problems';
import { GREETED_MAX, greetedReply, greetMachines, INSPECTIONS_QUEUE } from '@muster/protocol';
import type { DataSource, EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { askExecutors } from '../executors/ask-executors';
import { writeFeedEvents } from '../feed/write-feed-events';
import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import { writeHistory } from './node-history';

/** How long a machine may take to greet. */
const GREETING_MS = 5000;
/** All of a question are greeted at once; the rest is for the way there and back. */
const PATIENCE_MS = 30_000;

interface Due {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly host_key: string | null;
  readonly online: boolean | null;
}

export interface CheckParts {
  readonly database: DataSource;
  readonly bus: Bus;
  readonly nudges: PlannerNudges;
}

/**
 * Looks every `everyMs` whether machines answer, without logging in: each node once in that time, whatever the number of
 * planners. Nodes that are reached through others are left out, since nobody can look there without logging in.
 */
export function checkNodes(parts: CheckParts, everyMs: number, onFailure: (error: unknown) => void): Loop {
  return new Loop({ everyMs: Math.max(100, everyMs / 10), onFailure, turn: () => checkSome(parts, everyMs) });
}

/** True: there may be more. */
async function checkSome({ database, bus, nudges }: CheckParts, everyMs: number): Promise<boolean> {
  const due = await rowsOf<Due>(
    database.manager,
    `UPDATE planner.node AS n SET checked_at = now()
     FROM (SELECT id FROM planner.node
           WHERE address IS NOT NULL AND jump IS NULL AND state <> 'retired'
             AND coalesce(checked_at, registered_at) < now() - $1 * interval '1 millisecond'
           ORDER BY checked_at NULLS FIRST, id LIMIT ${GREETED_MAX} FOR UPDATE SKIP LOCKED) AS d
     WHERE n.id = d.id RETURNING n.id, n.project, n.name, n.address, n.port, n.host_key, n.online`,
    [everyMs],
  );
  if (due.length === 0) return false;
  const question = { machines: due.map(({ address, port }) => ({ address, port })), timeoutMs: GREETING_MS };
  try {
    const { machines } = await askExecutors(bus, greetMachines, question, greetedReply, PATIENCE_MS, INSPECTIONS_QUEUE);
    const seen = due.flatMap((node, index) => {
      const answer = machines[index];
      if (answer === undefined) return [];
      const isIt = answer.kind === 'ssh' && (node.host_key === null || answer.hostKey === node.host_key);
      const why = answer.kind === 'silent' ? answer.detail : isIt ? null : `it shows the host key ${answer.hostKey}`;
      return [{ node, online: isIt, why }];
    });
    await database.transaction((on) => storeSeen(on, seen));
    nudges.nudge('recorded');
  } catch (error) {
    // Without executors nobody knows; what was known stays.
    if (!(error instanceof ProblemsError)) throw error;
  }
  return due.length === GREETED_MAX;
}

async function storeSeen(
  on: EntityManager,
  seen: readonly { readonly node: Due; readonly online: boolean; readonly why: string | null }[],
): Promise<void> {
  await rowsOf(
    on,
    `UPDATE planner.node AS n SET online = s.online, last_seen_at = CASE WHEN s.online THEN now() ELSE n.last_seen_at END
     FROM (SELECT * FROM unnest($1::uuid[], $2::bool[]) AS u (id, online) ORDER BY id) AS s WHERE n.id = s.id RETURNING 1`,
    [seen.map(({ node }) => node.id), seen.map(({ online }) => online)],
  );
  const turned = seen.filter(({ node, online }) => node.online !== online);
  await writeHistory(
    on,
    turned.map(({ node, online, why }) => ({
      nodeId: node.id,
      kind: online ? 'online' : 'offline',
      who: null,
      data: why === null ? {} : { why },
    })),
  );
  for (const project of new Set(turned.map(({ node }) => node.project)))
    await writeFeedEvents(
      on,
      project,
      turned
        .filter(({ node }) => node.project === project)
        .map(({ node, online, why }) => ({
          type: online ? 'node.online' : 'node.offline',
          at: null,
          subject: { node: node.name },
          data: { why },
        })),
    );
}
