import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of what people asked for, and of commands that nobody has taken yet. */
export class ControlEffects1764300000000 implements MigrationInterface {
  name = 'ControlEffects1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.task ADD COLUMN skip_asked text');
    await runner.query('ALTER TABLE planner.outgoing ADD COLUMN last_failure text');
    await runner.query('ALTER TABLE planner.transaction ADD COLUMN stop_asked jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.transaction DROP COLUMN stop_asked');
    await runner.query('ALTER TABLE planner.outgoing DROP COLUMN last_failure');
    await runner.query('ALTER TABLE planner.task DROP COLUMN skip_asked');
  }
}
