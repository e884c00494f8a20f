import type { Problem } from '@muster/problems';
import type { Pool, PoolClient } from 'pg';

/**
 * Keeps the answer to a command, no problems meaning that it is accepted, unless it has one. Of several deliveries at
 * once the others wait here until the first has committed, or has come to nothing. True if the answer is now this one.
 */
export async function keepAnswer(
  db: Pool | PoolClient,
  command: string,
  problems: readonly Problem[],
): Promise<boolean> {
  const { rowCount } = await (db as Pool).query(
    `INSERT INTO executor.answer (command_id, problems) VALUES ($1, $2) ON CONFLICT (command_id) DO NOTHING`,
    [command, JSON.stringify(problems)],
  );
  return rowCount === 1;
}

/** The answer that was kept: no problems when the command is accepted, or has no answer. */
export async function keptAnswer(db: Pool | PoolClient, command: string): Promise<readonly Problem[]> {
  const { rows } = await (db as Pool).query<{ problems: readonly Problem[] }>(
    `SELECT problems FROM executor.answer WHERE command_id = $1`,
    [command],
  );
  return rows[0]?.problems ?? [];
}
