import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the output of a deployment was removed. */
export class OutputRemoved1764930100000 implements MigrationInterface {
  name = 'OutputRemoved1764930100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.deployment ADD COLUMN output_removed_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.deployment DROP COLUMN output_removed_at');
  }
}
