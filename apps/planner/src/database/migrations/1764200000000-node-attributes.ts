import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What graphs write to the nodes that took part in them, for the filters of other graphs. */
export class NodeAttributes1764200000000 implements MigrationInterface {
  name = 'NodeAttributes1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE planner.node ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}'");
    await runner.query('ALTER TABLE planner.deployment ADD COLUMN node_marks jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.deployment DROP COLUMN node_marks');
    await runner.query('ALTER TABLE planner.node DROP COLUMN attributes');
  }
}
