import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Presets: revisions without a cluster. */
export class Presets1764620100000 implements MigrationInterface {
  name = 'Presets1764620100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE planner.preset (
      id uuid NOT NULL,
      project text NOT NULL,
      name text NOT NULL,
      title text,
      saved_from text NOT NULL,
      content jsonb NOT NULL,
      created_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT preset_name_unique UNIQUE (project, name),
      CONSTRAINT preset_pk PRIMARY KEY (id)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE planner.preset');
  }
}
