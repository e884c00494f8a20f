import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bundles that can be downloaded as they were published, and retired; and what reading them had to say. */
export class BundleLife1764640000000 implements MigrationInterface {
  name = 'BundleLife1764640000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE planner.bundle
         ADD COLUMN archive_digest text,
         ADD COLUMN archive_size bigint,
         ADD COLUMN archive_gzipped boolean,
         ADD COLUMN problems jsonb NOT NULL DEFAULT '[]',
         ADD COLUMN retired_at timestamptz,
         ADD COLUMN retired_by text,
         ADD COLUMN retired_why text`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE planner.bundle
         DROP COLUMN archive_digest, DROP COLUMN archive_size, DROP COLUMN archive_gzipped, DROP COLUMN problems,
         DROP COLUMN retired_at, DROP COLUMN retired_by, DROP COLUMN retired_why`,
    );
  }
}
