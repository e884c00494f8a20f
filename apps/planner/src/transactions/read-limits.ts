import type { Bus } from '@muster/messaging';
import { problem, ProblemsError } from '@muster/problems';
import { limitsReply, type LimitsReply, readLimits } from '@muster/protocol';
import type { EntityManager } from 'typeorm';
import { rowOf } from '../database/sql';
import { askExecutors } from '../executors/ask-executors';

/** The limits of the graph that a transaction carries out, or ended with, as the executors see them. */
export async function limitsOf(on: EntityManager, bus: Bus, transaction: string): Promise<LimitsReply> {
  const row = await rowOf<{ id: string }>(
    on,
    'SELECT id FROM planner.deployment WHERE transaction_id = $1 AND started_at IS NOT NULL ORDER BY run DESC LIMIT 1',
    [transaction],
  );
  if (row !== null) return askExecutors(bus, readLimits, { deployment: row.id }, limitsReply);
  const summary = 'No executor has accepted it yet, so nothing holds its limits.';
  throw new ProblemsError([problem('CONTROL_NOT_POSSIBLE', { subject: `transaction ${transaction}`, summary })]);
}
