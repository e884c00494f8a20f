import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What machines must be to fit a purpose, and which of them were chosen for one by hand. */
export class Profiles1764630200000 implements MigrationInterface {
  name = 'Profiles1764630200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE planner.profile (
         project text NOT NULL,
         name text NOT NULL,
         rules text[] NOT NULL,
         description text,
         changed_at timestamptz NOT NULL DEFAULT now(),
         CONSTRAINT profile_pk PRIMARY KEY (project, name)
       )`,
    );
    await runner.query('ALTER TABLE planner.node ADD COLUMN profile text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.node DROP COLUMN profile');
    await runner.query('DROP TABLE planner.profile');
  }
}
