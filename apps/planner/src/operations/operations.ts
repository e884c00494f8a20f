import type { Problem } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import type { FeedSubject } from '../feed/feed-event';
import { writeFeedEvents } from '../feed/write-feed-events';
import { uuidOf } from '../http/new-id';
import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import { endedBy, type OperationEnd, succeededWith } from './operation-result';

/** How long an operation of a planner that died stays open; renewed while it lives. */
const LEASE_SECONDS = 60;
const TURN_MS = 5000;
/** Longer than idempotency keys: a repeated request finds that its operation has had its end. */
const KEPT_DAYS = 2;

export interface Operation {
  readonly id: string;
  readonly project: string;
  /** `operationId` of the API. */
  readonly name: string;
  readonly who: string;
  readonly subject: FeedSubject;
}

interface OpenOperation {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly who: string;
  readonly subject: FeedSubject;
}

/**
 * Tells the feed of every change that is asked for: that it has begun, and exactly once how it ended. The row decides who
 * tells the end, so that neither a dead planner nor two living ones make it none or two.
 */
export class Operations {
  readonly #running = new Set<string>();
  readonly #loop: Loop;

  constructor(
    private readonly database: DataSource,
    private readonly nudges: PlannerNudges,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.#loop = new Loop({ everyMs: TURN_MS, onFailure, turn: () => this.#turn() });
  }

  /**
   * Runs `work` as an operation. Told again under an id whose operation has ended or runs elsewhere, it works and tells
   * nothing: the request was repeated, and its events are there.
   */
  async run<Answer>(operation: Operation, work: () => Promise<Answer>): Promise<Answer> {
    const id = await this.#open(operation);
    if (id === null) return work();
    this.#running.add(id);
    let answer: Answer;
    try {
      answer = await work();
    } catch (error) {
      await this.#end(id, endedBy(error));
      throw error;
    }
    if (isPending(answer)) await this.#leaveOpen(id);
    else await this.#end(id, succeededWith(answer));
    return answer;
  }

  close(): Promise<void> {
    return this.#loop.close();
  }

  /** The id under which it is told; null: it is told already. */
  async #open({ id, project, name, who, subject }: Operation): Promise<string | null> {
    for (const each of [id, uuidOf(`${id} again`)]) {
      const state = await this.database.transaction(async (manager) => {
        const about = { ...subject, operation: each };
        const made = await rowOf<{ is_new: boolean }>(
          manager,
          `INSERT INTO planner.operation AS o (id, project, name, who, subject, leased_until)
           VALUES ($1, $2, $3, $4, $5::jsonb, now() + interval '${LEASE_SECONDS} seconds')
           ON CONFLICT (id) DO UPDATE SET leased_until = excluded.leased_until
             WHERE o.ended_at IS NULL AND o.leased_until < now()
           RETURNING xmax = 0 AS is_new`,
          [each, project, name, who, JSON.stringify(about)],
        );
        if (made?.is_new === true)
          await writeFeedEvents(manager, project, [
            { type: 'operation.started', at: null, subject: about, data: { operation: name, who } },
          ]);
        if (made !== null) return 'mine';
        const ended = await rowOf<{ type: string }>(
          manager,
          `SELECT e.type FROM planner.operation o JOIN planner.feed_event e ON e.id = o.id WHERE o.id = $1`,
          [each],
        );
        return ended?.type === 'operation.interrupted' ? 'interrupted' : 'told';
      });
      if (state === 'mine') {
        this.nudges.nudge('recorded');
        return each;
      }
      if (state === 'told') return null;
    }
    return null;
  }

  /** What was done is done: that its end cannot be told now is no failure of the request, and another planner tells it. */
  async #end(id: string, end: OperationEnd): Promise<void> {
    this.#running.delete(id);
    try {
      await this.database.transaction((manager) => endOperations(manager, [id], () => end));
      this.nudges.nudge('recorded');
    } catch (error) {
      this.onFailure(error);
    }
  }

  async #leaveOpen(id: string): Promise<void> {
    this.#running.delete(id);
    await rowsOf(this.database.manager, 'UPDATE planner.operation SET leased_until = NULL WHERE id = $1 RETURNING 1', [
      id,
    ]).catch(this.onFailure);
  }

  async #turn(): Promise<boolean> {
    const { database } = this;
    if (this.#running.size > 0)
      await rowsOf(
        database.manager,
        `UPDATE planner.operation SET leased_until = now() + interval '${LEASE_SECONDS} seconds'
         WHERE id = ANY($1::uuid[]) AND ended_at IS NULL RETURNING 1`,
        [[...this.#running]],
      );
    const open = await rowOf(database.manager, 'SELECT 1 FROM planner.operation WHERE ended_at IS NULL LIMIT 1');
    if (open === null) return false;
    const told = await database.transaction(async (manager) => (await endDead(manager)) + (await endTaken(manager)));
    if (told > 0) this.nudges.nudge('recorded');
    return false;
  }
}

/** Forgets those that ended long ago. */
export async function forgetOperations(on: EntityManager): Promise<void> {
  await rowsOf(on, `DELETE FROM planner.operation WHERE ended_at < now() - interval '${KEPT_DAYS} days' RETURNING 1`);
}

/** A control that was sent and that no owner has read yet. */
function isPending(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'effect' in answer && answer.effect === 'pending';
}

/** Ends those that are open, and tells it; returns how many. The event has the row's id: a second one cannot be written. */
async function endOperations(
  on: EntityManager,
  ids: readonly string[],
  end: (id: string) => OperationEnd,
): Promise<number> {
  if (ids.length === 0) return 0;
  const ended = await rowsOf<OpenOperation>(
    on,
    `UPDATE planner.operation SET ended_at = now() WHERE id = ANY($1::uuid[]) AND ended_at IS NULL
     RETURNING id, project, name, who, subject`,
    [[...ids]],
  );
  for (const { id, project, name, who, subject } of ended) {
    const { type, data } = end(id);
    const event = { id, type, at: null, subject, data: { operation: name, who, ...data } };
    await writeFeedEvents(on, project, [event]);
  }
  return ended.length;
}

/** Those whose planner has not renewed its lease. */
async function endDead(on: EntityManager): Promise<number> {
  const dead = await rowsOf<{ id: string }>(
    on,
    `SELECT id FROM planner.operation WHERE ended_at IS NULL AND leased_until < now() - interval '1 second'
     ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED`,
  );
  return endOperations(
    on,
    dead.map(({ id }) => id),
    () => ({ type: 'operation.interrupted', data: {} }),
  );
}

/** Controls whose effect is known since: their owner read them, the executors refused them, or the transaction ended. */
async function endTaken(on: EntityManager): Promise<number> {
  const known = await rowsOf<{
    id: string;
    is_taken: boolean;
    too_late: boolean;
    refused: Problem[] | null;
    transaction: string;
  }>(
    on,
    `SELECT o.id, c.taken_at IS NOT NULL AS is_taken, coalesce(c.too_late, false) AS too_late, g.refused,
       o.subject->>'transaction' AS transaction
     FROM planner.operation o LEFT JOIN planner.control c ON c.id = o.id LEFT JOIN planner.outgoing g ON g.id = o.id
     LEFT JOIN planner.transaction t ON t.id = c.transaction_id
     WHERE o.ended_at IS NULL AND o.leased_until IS NULL
       AND (c.id IS NULL OR c.taken_at IS NOT NULL OR t.ended_at IS NOT NULL OR g.refused IS NOT NULL)
     ORDER BY o.id LIMIT 100 FOR UPDATE OF o SKIP LOCKED`,
  );
  const byId = new Map(known.map((each) => [each.id, each]));
  return endOperations(on, [...byId.keys()], (id) => {
    const { is_taken: isTaken, too_late: isTooLate, refused, transaction } = byId.get(id) ?? {};
    if (refused) return { type: 'operation.refused', data: { problems: refused } };
    if (isTaken === true && isTooLate !== true)
      return { type: 'operation.succeeded', data: { result: { transaction, command: id, effect: 'taken' } } };
    const summary = isTaken
      ? 'It came too late to change anything.'
      : 'The transaction ended before an executor had read it.';
    const subject = `transaction ${transaction ?? ''}`;
    return { type: 'operation.refused', data: { problems: [{ code: 'CONTROL_NOT_POSSIBLE', subject, summary }] } };
  });
}
