import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A node may be made, erased and switched in another way than its cluster's nodes. */
export class NodeDriver1764920000000 implements MigrationInterface {
  name = 'NodeDriver1764920000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.node ADD COLUMN driver jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.node DROP COLUMN driver');
  }
}
