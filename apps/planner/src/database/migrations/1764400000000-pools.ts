import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Limits that clusters share. One that was removed keeps its version, so that executors do not take an older setting. */
export class Pools1764400000000 implements MigrationInterface {
  name = 'Pools1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE planner.pool (
        project text NOT NULL,
        name text NOT NULL,
        slots integer NOT NULL,
        version integer NOT NULL,
        CONSTRAINT pool_pk PRIMARY KEY (project, name),
        CONSTRAINT pool_project_fk FOREIGN KEY (project) REFERENCES planner.project (name)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE planner.pool');
  }
}
