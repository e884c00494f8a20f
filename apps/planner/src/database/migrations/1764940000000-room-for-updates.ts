import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables whose rows are written several times within minutes get room for it: a row that stays on its page needs no new entries in indexes. */
export class RoomForUpdates1764940000000 implements MigrationInterface {
  readonly name = 'RoomForUpdates1764940000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.task SET (fillfactor = 50)');
    await runner.query('ALTER TABLE planner.attempt SET (fillfactor = 60)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.attempt RESET (fillfactor)');
    await runner.query('ALTER TABLE planner.task RESET (fillfactor)');
  }
}
