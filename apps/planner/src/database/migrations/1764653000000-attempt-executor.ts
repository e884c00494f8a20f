import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which executor started an attempt. */
export class AttemptExecutor1764653000000 implements MigrationInterface {
  name = 'AttemptExecutor1764653000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.attempt ADD COLUMN executor text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.attempt DROP COLUMN executor');
  }
}
