import type { Bus } from '@muster/messaging';
import { storableJson } from '@muster/model';
import { type Problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import { askForFacts, wayToNode } from './ask-for-facts';
import { NodeRow } from './node.entity';
import { storeFacts, storeInspectFailure } from './store-facts';

/** Nodes that are asked at once, by all planners together. */
const AT_ONCE = 20;
const TRIES_MAX = 3;
/** Longer than an answer is waited for. */
const LEASE_MS = 120_000;
/** Worth another try: the machine, the network or an executor may be back. */
const PASSING: ReadonlySet<string> = new Set(['NODE_UNREACHABLE', 'NODE_SHELL_UNUSABLE', 'API_UNAVAILABLE']);

interface Taken {
  readonly inspection_id: string;
  readonly node_id: string;
  readonly attempts: number;
  readonly who: string;
}

export interface InspectParts {
  readonly database: DataSource;
  readonly bus: Bus;
  readonly nudges: PlannerNudges;
}

/**
 * Asks the nodes of open inspections for their facts: at most twenty at once whatever the number of planners, a node that does not
 * answer again after a while, three times in all. A planner that dies leaves its nodes, and what remains to be told, to the others.
 */
export class NodeInspections {
  readonly #loop: Loop;
  readonly #asking = new Set<Promise<void>>();
  readonly #off: () => void;
  #closed = false;

  constructor(
    private readonly parts: InspectParts,
    private readonly onFailure: (error: unknown) => void,
    /** Until the second try; twice as long until the third. */
    private readonly backoffMs: number,
  ) {
    this.#loop = new Loop({ onFailure, turn: () => this.#turn() });
    this.#off = parts.nudges.on('inspect', () => this.#loop.nudge());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#off();
    await this.#loop.close();
    // What is still asked comes to nothing here; its lease ends, and another planner asks again.
    await Promise.race([Promise.all(this.#asking), new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
  }

  async #turn(): Promise<boolean> {
    const { database, nudges } = this.parts;
    for (const id of await allEnded(database.manager)) {
      await database.transaction((on) => endInspection(on, id));
      nudges.nudge('recorded');
    }
    const taken = await database.transaction(takeNodes);
    for (const each of taken) {
      const asked = this.#inspect(each).catch((error: unknown) => {
        if (!this.#closed) this.onFailure(error);
      });
      this.#asking.add(asked);
      void asked.then(() => {
        this.#asking.delete(asked);
        if (!this.#closed) this.#loop.nudge();
      });
    }
    return false;
  }

  async #inspect(taken: Taken): Promise<void> {
    const { database, bus, nudges } = this.parts;
    const row = await database.manager.findOneBy(NodeRow, { id: taken.node_id });
    if (row === null) return;
    const asked = { nodeId: row.id, inspection: taken.inspection_id, who: taken.who };
    try {
      const facts = await askForFacts(bus, await wayToNode(database.manager, row));
      if (this.#closed) return;
      await database.transaction(async (on) => {
        if (await endNode(on, taken, 'succeeded', [])) await storeFacts(on, asked, facts);
      });
    } catch (error) {
      if (this.#closed) return;
      if (!(error instanceof ProblemsError)) throw error;
      const { problems } = error;
      if (taken.attempts < TRIES_MAX && problems.some(({ code }) => PASSING.has(code)))
        await tryLater(database.manager, taken, problems, this.backoffMs * 2 ** (taken.attempts - 1));
      else
        await database.transaction(async (on) => {
          if (await endNode(on, taken, 'failed', problems))
            await storeInspectFailure(on, asked, taken.attempts, problems);
        });
    }
    await database.transaction((on) => endInspection(on, taken.inspection_id));
    nudges.nudge('recorded');
  }
}

/** Open inspections without an open node: the last one has just ended, or was removed, or whoever saw its end died. */
async function allEnded(on: EntityManager): Promise<readonly string[]> {
  const rows = await rowsOf<{ id: string }>(
    on,
    `SELECT id FROM planner.inspection i WHERE ended_at IS NULL
       AND NOT EXISTS (SELECT FROM planner.inspection_node n WHERE n.inspection_id = i.id AND n.ended_at IS NULL)`,
  );
  return rows.map(({ id }) => id);
}

/** Takes what may be asked now, so many that no more than the most are asked at once. */
async function takeNodes(on: EntityManager): Promise<readonly Taken[]> {
  const open = await rowOf(
    on,
    'SELECT 1 FROM planner.inspection_node WHERE ended_at IS NULL AND next_at <= now() AND (leased_until IS NULL OR leased_until < now()) LIMIT 1',
  );
  if (open === null) return [];
  // Planners take one after another; else two would each think that there is room.
  await rowsOf(on, 'SELECT 1 FROM planner.installation FOR UPDATE');
  return rowsOf<Taken>(
    on,
    `WITH room AS (
       SELECT ${AT_ONCE} - count(*) AS free FROM planner.inspection_node WHERE ended_at IS NULL AND leased_until >= now()
     ), due AS (
       SELECT inspection_id, node_id FROM planner.inspection_node
       WHERE ended_at IS NULL AND next_at <= now() AND (leased_until IS NULL OR leased_until < now())
       ORDER BY next_at, inspection_id, node_id LIMIT (SELECT greatest(free, 0) FROM room)
     )
     UPDATE planner.inspection_node AS n SET state = 'running', attempts = n.attempts + 1,
       leased_until = now() + interval '${LEASE_MS} milliseconds'
     FROM due JOIN planner.inspection i ON i.id = due.inspection_id
     WHERE n.inspection_id = due.inspection_id AND n.node_id = due.node_id
     RETURNING n.inspection_id, n.node_id, n.attempts, i.who`,
  );
}

/** False where it is another's by now. */
async function endNode(
  on: EntityManager,
  { inspection_id, node_id, attempts }: Taken,
  state: 'succeeded' | 'failed',
  problems: readonly Problem[],
): Promise<boolean> {
  const row = await rowOf(
    on,
    `UPDATE planner.inspection_node SET state = $4, problems = $5::jsonb, ended_at = now(), leased_until = NULL
     WHERE inspection_id = $1 AND node_id = $2 AND attempts = $3 AND ended_at IS NULL RETURNING 1`,
    [inspection_id, node_id, attempts, state, storableJson(problems)],
  );
  return row !== null;
}

async function tryLater(
  on: EntityManager,
  { inspection_id, node_id, attempts }: Taken,
  problems: readonly Problem[],
  afterMs: number,
): Promise<void> {
  await rowsOf(
    on,
    `UPDATE planner.inspection_node SET state = 'waiting', problems = $4::jsonb, leased_until = NULL,
       next_at = now() + $5 * interval '1 millisecond'
     WHERE inspection_id = $1 AND node_id = $2 AND attempts = $3 AND ended_at IS NULL RETURNING 1`,
    [inspection_id, node_id, attempts, storableJson(problems), afterMs],
  );
}

/** Ends an inspection whose nodes have all ended, once. */
async function endInspection(on: EntityManager, id: string): Promise<void> {
  await rowsOf(on, 'SELECT 1 FROM planner.inspection WHERE id = $1 FOR UPDATE', [id]);
  const ended = await rowOf<{ project: string; succeeded: number; failed: number }>(
    on,
    `UPDATE planner.inspection AS i SET ended_at = now()
     FROM (SELECT count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded, count(*) FILTER (WHERE state = 'failed')::int AS failed,
             count(*) FILTER (WHERE ended_at IS NULL) AS open
           FROM planner.inspection_node WHERE inspection_id = $1) AS c
     WHERE i.id = $1 AND i.ended_at IS NULL AND c.open = 0 RETURNING i.project, c.succeeded, c.failed`,
    [id],
  );
  if (ended === null) return;
  const { project, succeeded, failed } = ended;
  await writeFeedEvents(on, project, [
    { type: 'inspection.ended', at: null, subject: {}, data: { inspection: id, succeeded, failed } },
  ]);
}
