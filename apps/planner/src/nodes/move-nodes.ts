import { problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { writeHistory } from './node-history';
import type { NodeRow } from './node.entity';
import { BUSY_STATES, NODE_MOVES, type NodeMoveName, type NodeState } from './node-states';

export interface MoveCause {
  readonly who: string | null;
  readonly transaction?: string;
  readonly why?: string | null;
}

/** SQL: the state that follows from what is known of the machine. */
const KNOWN = `CASE WHEN n.host_key IS NULL THEN 'new' WHEN n.facts IS NULL THEN 'enrolled' ELSE 'discovered' END`;

/**
 * Moves those of the nodes that may make the move, with an entry in their history and an event each; tells the names of
 * those that moved to another state. Others stay as they are. One statement for the rows, whatever their number.
 */
export async function moveNodes(
  on: EntityManager,
  ids: readonly string[],
  name: NodeMoveName,
  cause: MoveCause,
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const move = NODE_MOVES[name];
  const target =
    move.to === 'known' ? KNOWN : move.to === 'before' ? `coalesce(n.state_before, ${KNOWN})` : `'${move.to}'`;
  const moved = await rowsOf<{ id: string; project: string; name: string; from: NodeState; to: NodeState }>(
    on,
    `WITH asked AS (
       SELECT n.id, n.state, ${target} AS target FROM planner.node n
       WHERE n.id = ANY($1::uuid[]) AND n.state = ANY($2::text[]) ORDER BY n.id FOR UPDATE
     )
     UPDATE planner.node AS n SET state = a.target, state_since = now(),
       state_before = CASE WHEN a.state = ANY($3::text[]) THEN n.state_before ELSE a.state END
     FROM asked a WHERE n.id = a.id AND a.state <> a.target
     RETURNING n.id, n.project, n.name, a.state AS "from", a.target AS "to"`,
    [ids, [...move.from], [...BUSY_STATES]],
  );
  const { who, transaction, why = null } = cause;
  await writeHistory(
    on,
    moved.map(({ id, from, to }) => ({
      nodeId: id,
      kind: 'state',
      from,
      to,
      who,
      ...(transaction === undefined ? {} : { transaction }),
      data: why === null ? {} : { why },
    })),
  );
  for (const project of new Set(moved.map((each) => each.project))) {
    const mine = moved.filter((each) => each.project === project);
    await writeFeedEvents(
      on,
      project,
      mine.map(({ name: node, from, to }) => ({
        type: 'node.state',
        at: null,
        subject: { node, ...(transaction === undefined ? {} : { transaction }) },
        data: { from, to, who },
      })),
    );
  }
  return moved.map((each) => each.name);
}

/** A move that a person asks for. Throws `NODE_STATE`, naming the states that it can be made from. */
export async function moveNode(on: EntityManager, row: NodeRow, name: NodeMoveName, cause: MoveCause): Promise<void> {
  const { from } = NODE_MOVES[name];
  if ((from as readonly NodeState[]).includes(row.state)) {
    await moveNodes(on, [row.id], name, cause);
    return;
  }
  throw new ProblemsError([
    problem('NODE_STATE', {
      subject: `node ${row.name}`,
      summary: `It is ${row.state}; ${name} is for one that is ${from.join(', ')}.`,
    }),
  ]);
}
