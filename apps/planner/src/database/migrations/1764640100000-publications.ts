import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bundles that arrive in parts, by message. */
export class Publications1764640100000 implements MigrationInterface {
  name = 'Publications1764640100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE planner.publication (
         id uuid NOT NULL,
         project text NOT NULL,
         kind text NOT NULL,
         who text NOT NULL,
         digest text NOT NULL,
         size integer NOT NULL,
         parts integer NOT NULL,
         received jsonb NOT NULL DEFAULT '{}',
         answer jsonb,
         created_at timestamptz NOT NULL DEFAULT now(),
         CONSTRAINT publication_pk PRIMARY KEY (id)
       )`,
    );
    await runner.query('CREATE INDEX publication_by_sender ON planner.publication (project, who, created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE planner.publication');
  }
}
