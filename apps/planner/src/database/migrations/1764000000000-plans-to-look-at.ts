import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Plans are kept as they were shown, so that they can be looked at and compared again. */
export class PlansToLookAt1764000000000 implements MigrationInterface {
  name = 'PlansToLookAt1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    // Plans of an older version cannot be shown, and could not be approved any more: planning means something else now.
    await runner.query('DELETE FROM planner.plan');
    await runner.query(
      'ALTER TABLE planner.plan DROP COLUMN outline, ADD COLUMN graph_type text NOT NULL, ADD COLUMN json bytea NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM planner.plan');
    await runner.query(
      'ALTER TABLE planner.plan DROP COLUMN graph_type, DROP COLUMN json, ADD COLUMN outline bytea NOT NULL',
    );
  }
}
