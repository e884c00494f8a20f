import { type DeploymentEvent, storableJson, storableText } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import type { ControlDetails, ControlRow } from './control.entity';
import { isStop, stopWhatFollows } from './stop-later';

/** What the log says of a command: its owner has read it, or it found the deployment ended. */
export type ControlEvent = DeploymentEvent & { readonly type: 'control' };

export function detailsOf({ tasks, limit, event }: ControlDetails): ControlDetails {
  return { ...(tasks ? { tasks } : {}), ...(limit ? { limit } : {}), ...(event === undefined ? {} : { event }) };
}

/** Records what somebody asks for, in the database transaction that sends it. False: this command is recorded already. */
export async function recordControl(
  on: EntityManager,
  { id, transactionId, run, verb, details, who, why }: Omit<ControlRow, 'askedAt' | 'takenAt' | 'tooLate' | 'unjudged'>,
  isTaken: boolean,
): Promise<boolean> {
  const rows = await rowsOf(
    on,
    `INSERT INTO planner.control (id, transaction_id, run, verb, details, who, why, taken_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $8::bool THEN now() END) ON CONFLICT (id) DO NOTHING RETURNING 1`,
    [
      id,
      transactionId,
      run,
      verb,
      storableJson(details),
      storableText(who),
      why === null ? null : storableText(why),
      isTaken,
    ],
  );
  return rows.length > 0;
}

/** Notes when controls took effect; one that the planner has not recorded is recorded whole. */
export async function storeControls(
  on: EntityManager,
  transaction: string,
  run: number,
  controls: readonly ControlEvent[],
): Promise<void> {
  for (const { command, verb, who, why, at, tooLate, judged, ...rest } of controls) {
    const isUnjudged = (verb === 'retry' || verb === 'skip') && !judged && !tooLate;
    await rowsOf(
      on,
      `INSERT INTO planner.control AS c (id, transaction_id, run, verb, details, who, why, asked_at, taken_at, too_late, unjudged)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)
       ON CONFLICT (id) DO UPDATE SET taken_at = coalesce(c.taken_at, excluded.taken_at), too_late = excluded.too_late, unjudged = excluded.unjudged`,
      [
        ...[command, transaction, run, verb, storableJson(detailsOf(rest)), storableText(who)],
        ...[why === null ? null : storableText(why), new Date(at), tooLate ?? false, isUnjudged],
      ],
    );
  }
}

/**
 * Late stops of a graph are for what follows it in the transaction, and are not too late then. Runs in the database
 * transaction that applies the events, after they are applied.
 */
export async function followLateStops(
  on: EntityManager,
  transaction: string,
  run: number,
  controls: readonly ControlEvent[],
): Promise<void> {
  for (const { command, verb, who, why, tooLate } of controls) {
    if (!tooLate || !isStop(verb) || !(await stopWhatFollows(on, transaction, run, { command, verb, who, why })))
      continue;
    await rowsOf(on, 'UPDATE planner.control SET too_late = false WHERE id = $1 RETURNING 1', [command]);
  }
}
