import { storableJson, storableText } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import type { ControlDetails, ControlRow } from './control.entity';
import type { ControlEvent } from './note-effects';

export function detailsOf({ tasks, limit, event }: ControlDetails): ControlDetails {
  return { ...(tasks ? { tasks } : {}), ...(limit ? { limit } : {}), ...(event === undefined ? {} : { event }) };
}

/** Records what somebody asks for, in the database transaction that sends it. False: this command is recorded already. */
export async function recordControl(
  on: EntityManager,
  { id, transactionId, run, verb, details, who, why }: Omit<ControlRow, 'askedAt' | 'takenAt' | 'tooLate'>,
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
  for (const { command, verb, who, why, at, tooLate, ...rest } of controls)
    await rowsOf(
      on,
      `INSERT INTO planner.control AS c (id, transaction_id, run, verb, details, who, why, asked_at, taken_at, too_late)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)
       ON CONFLICT (id) DO UPDATE SET taken_at = coalesce(c.taken_at, excluded.taken_at), too_late = excluded.too_late`,
      [
        ...[command, transaction, run, verb, storableJson(detailsOf(rest)), storableText(who)],
        ...[why === null ? null : storableText(why), new Date(at), tooLate ?? false],
      ],
    );
}
