import { Client } from 'pg';

/** Every row of every table of a database, as text with the table's name before it; bytes show as hex. */
export async function dumpTables(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
    );
    const lines: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      lines.push(name, ...rows.map((it) => it.row));
    }
    return lines.join('\n');
  } finally {
    await client.end();
  }
}
