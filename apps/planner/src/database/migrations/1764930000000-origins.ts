import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which request transactions and commands come from, and where that is in a trace. */
export class Origins1764930000000 implements MigrationInterface {
  name = 'Origins1764930000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['transaction', 'outgoing'])
      await runner.query(`ALTER TABLE planner.${table} ADD COLUMN request_id text, ADD COLUMN traceparent text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['transaction', 'outgoing'])
      await runner.query(`ALTER TABLE planner.${table} DROP COLUMN request_id, DROP COLUMN traceparent`);
  }
}
