import type { Bus } from '@muster/messaging';
import { ProblemsError } from '@muster/problems';
import { GREETED_MAX } from '@muster/protocol';
import type { DataSource, EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import { greet, wayThrough } from './greet-machines';
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
  readonly jump: string | null;
  readonly host_key: string | null;
  readonly online: boolean | null;
}

export interface CheckParts {
  readonly database: DataSource;
  readonly bus: Bus;
  readonly nudges: PlannerNudges;
}

/**
 * Looks every `everyMs` whether machines answer, without logging in to them: each node once in that time, whatever the number of
 * planners. Those that are reached through others are looked at through these; where that fails, nobody knows.
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
           WHERE address IS NOT NULL AND state <> 'retired'
             AND coalesce(checked_at, registered_at) < now() - $1 * interval '1 millisecond'
           ORDER BY checked_at NULLS FIRST, id LIMIT ${GREETED_MAX} FOR UPDATE SKIP LOCKED) AS d
     WHERE n.id = d.id RETURNING n.id, n.project, n.name, n.address, n.port, n.jump, n.host_key, n.online`,
    [everyMs],
  );
  if (due.length === 0) return false;
  await Promise.all(byWay(due).map((group) => checkGroup({ database, bus, nudges }, group)));
  return due.length === GREETED_MAX;
}

/** Those that are reached in one way, together. */
function byWay(due: readonly Due[]): readonly (readonly Due[])[] {
  const groups = new Map<string, Due[]>();
  for (const node of due) {
    const key = JSON.stringify(node.jump === null ? null : [node.project, node.jump]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  return [...groups.values()];
}

async function checkGroup({ database, bus, nudges }: CheckParts, group: readonly Due[]): Promise<void> {
  try {
    const [first] = group;
    if (first === undefined) return;
    const way = await wayThrough(database.manager, first.project, first.jump);
    const machines = await greet(bus, way, group, GREETING_MS, PATIENCE_MS);
    const seen = group.flatMap((node, index) => {
      const answer = machines[index];
      if (answer === undefined) return [];
      const isIt = answer.kind === 'ssh' && (node.host_key === null || answer.hostKey === node.host_key);
      const why = answer.kind === 'silent' ? answer.detail : isIt ? null : `it shows the host key ${answer.hostKey}`;
      return [{ node, online: isIt, why }];
    });
    await database.transaction((on) => storeSeen(on, seen));
    nudges.nudge('recorded');
  } catch (error) {
    // Without executors, or a way, nobody knows; what was known stays.
    if (!(error instanceof ProblemsError)) throw error;
  }
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
