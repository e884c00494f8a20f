import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Controls of which no executor has said whether they do anything. */
export class UnjudgedControls1765031000000 implements MigrationInterface {
  name = 'UnjudgedControls1765031000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.control ADD COLUMN unjudged boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.control DROP COLUMN unjudged');
  }
}
