import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why a revision was written, and by what kind of change. */
export class RevisionWhy1764620000000 implements MigrationInterface {
  name = 'RevisionWhy1764620000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "ALTER TABLE planner.revision ADD COLUMN why text, ADD COLUMN change text NOT NULL DEFAULT 'apply'",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.revision DROP COLUMN why, DROP COLUMN change');
  }
}
