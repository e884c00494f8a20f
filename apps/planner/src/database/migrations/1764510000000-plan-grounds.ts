import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a kept plan was made from, so that a stale one can say what differs. */
export class PlanGrounds1764510000000 implements MigrationInterface {
  name = 'PlanGrounds1764510000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.plan ADD COLUMN grounds bytea');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.plan DROP COLUMN grounds');
  }
}
