import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Large parameters of a kept plan, which its graph refers to by digest. */
export class PlanParameters1764100000000 implements MigrationInterface {
  name = 'PlanParameters1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.plan ADD COLUMN parameters bytea');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.plan DROP COLUMN parameters');
  }
}
