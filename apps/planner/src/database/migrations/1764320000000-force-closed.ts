import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deployments that were ended without their executors. */
export class ForceClosed1764320000000 implements MigrationInterface {
  name = 'ForceClosed1764320000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.deployment ADD COLUMN force_closed boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.deployment DROP COLUMN force_closed');
  }
}
