import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '../migrate';

/** The migration that makes the tables of `PostgresArtifactStore` in a service's schema. */
export function createArtifactTables(schema: string): MigrationClass {
  return class CreateArtifactTables1763700000001 implements MigrationInterface {
    readonly name = 'CreateArtifactTables1763700000001';

    async up(runner: QueryRunner): Promise<void> {
      await runner.query(`
        CREATE TABLE ${schema}.artifact_upload (
          id uuid PRIMARY KEY,
          begun_at timestamptz NOT NULL DEFAULT now()
        )`);
      await runner.query(`
        CREATE TABLE ${schema}.artifact_chunk (
          upload uuid NOT NULL REFERENCES ${schema}.artifact_upload (id) ON DELETE CASCADE,
          number integer NOT NULL,
          bytes bytea NOT NULL,
          PRIMARY KEY (upload, number)
        )`);
      await runner.query(`
        CREATE TABLE ${schema}.artifact (
          digest text PRIMARY KEY,
          size bigint NOT NULL,
          upload uuid NOT NULL UNIQUE REFERENCES ${schema}.artifact_upload (id) ON DELETE CASCADE,
          stored_at timestamptz NOT NULL DEFAULT now()
        )`);
    }

    async down(runner: QueryRunner): Promise<void> {
      for (const table of ['artifact', 'artifact_chunk', 'artifact_upload'])
        await runner.query(`DROP TABLE ${schema}.${table}`);
    }
  };
}
