import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which task of a deployment waits for which, so that `status` can tell what is ready. */
export class DeploymentRequires1763800000000 implements MigrationInterface {
  name = 'DeploymentRequires1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.deployment ADD COLUMN requires bytea');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.deployment DROP COLUMN requires');
  }
}
