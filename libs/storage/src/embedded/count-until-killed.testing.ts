import { openDatabase } from '../database';

/** Commits number after number and prints each once it is committed; goes on until it is killed. */
async function main(folder: string): Promise<void> {
  const { pool } = await openDatabase({ config: { kind: 'embedded', folder }, name: 'count' });
  await pool.query('CREATE TABLE IF NOT EXISTS counted (n bigint)');
  for (;;) {
    const { rows } = await pool.query<{ n: number }>(
      'INSERT INTO counted SELECT coalesce(max(n), 0) + 1 FROM counted RETURNING n',
    );
    process.stdout.write(`${rows[0]?.n}\n`);
  }
}

void main(process.argv[2] ?? '');
