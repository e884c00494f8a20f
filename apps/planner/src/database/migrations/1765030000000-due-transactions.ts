import type { MigrationInterface, QueryRunner } from 'typeorm';

/** It is asked twice a second whether there are any, and there hardly ever are. */
export class DueTransactions1765030000000 implements MigrationInterface {
  readonly name = 'DueTransactions1765030000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX transaction_advance_index ON planner.transaction (created_at) WHERE advance_due');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX planner.transaction_advance_index');
  }
}
