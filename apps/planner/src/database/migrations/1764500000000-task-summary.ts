import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the last attempt of a task tells of itself. */
export class TaskSummary1764500000000 implements MigrationInterface {
  name = 'TaskSummary1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.task ADD COLUMN summary text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.task DROP COLUMN summary');
  }
}
