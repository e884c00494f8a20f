import { randomUUID } from 'node:crypto';
import { storableText } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import type { AuditRow, Outcome } from './audit.entity';

/** How long entries are kept; the trigger of the table says the same. */
const KEPT_DAYS = 365;
const TEXT_MAX = 500;
const WHY_MAX = 2000;

export type AuditEntry = Omit<AuditRow, 'id' | 'at' | 'count'> & { readonly count?: number };

/** Writes one entry; texts that are too long are cut. */
export async function writeAudit(on: EntityManager, entry: AuditEntry): Promise<void> {
  await rowsOf(
    on,
    `INSERT INTO planner.audit (id, project, who, what, subject, why, from_address, outcome, status, code, count)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING 1`,
    [
      randomUUID(),
      entry.project,
      entry.who === null ? null : short(entry.who),
      short(entry.what),
      short(entry.subject),
      entry.why === null ? null : short(entry.why, WHY_MAX),
      entry.fromAddress,
      entry.outcome,
      entry.status,
      entry.code,
      entry.count ?? 1,
    ],
  );
}

function short(text: string, most = TEXT_MAX): string {
  return storableText(text).slice(0, most);
}

/** What a status of HTTP says of what was asked for. */
export function outcomeOf(status: number): Outcome {
  if (status < 400) return 'done';
  return status < 500 ? 'refused' : 'failed';
}

/** Removes what is older than a year. */
export async function forgetAudit(on: EntityManager): Promise<void> {
  await rowsOf(on, `DELETE FROM planner.audit WHERE at < now() - interval '${KEPT_DAYS} days' RETURNING 1`);
}
