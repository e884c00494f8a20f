import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Changes that were asked for, with their last event; events are found by their cluster. */
export class Operations1764650000000 implements MigrationInterface {
  name = 'Operations1764650000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      `CREATE TABLE planner.operation (
         id uuid NOT NULL, project text NOT NULL, name text NOT NULL, who text NOT NULL, subject jsonb NOT NULL,
         leased_until timestamptz, ended_at timestamptz, CONSTRAINT operation_pk PRIMARY KEY (id))`,
      'CREATE INDEX operation_open_index ON planner.operation (leased_until) WHERE ended_at IS NULL',
      'CREATE INDEX operation_ended_index ON planner.operation (ended_at)',
      'ALTER TABLE planner.feed_event ADD COLUMN cluster text',
      `UPDATE planner.feed_event SET cluster = subject->>'cluster' WHERE subject ? 'cluster'`,
      'DROP INDEX planner.feed_event_transaction_index',
      `CREATE INDEX feed_event_transaction_index ON planner.feed_event (transaction_id, number)
         WHERE number IS NOT NULL AND transaction_id IS NOT NULL`,
      `CREATE INDEX feed_event_cluster_index ON planner.feed_event (cluster, number)
         WHERE number IS NOT NULL AND cluster IS NOT NULL`,
    ])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of [
      'DROP INDEX planner.feed_event_cluster_index',
      'DROP INDEX planner.feed_event_transaction_index',
      'CREATE INDEX feed_event_transaction_index ON planner.feed_event (transaction_id, number)',
      'ALTER TABLE planner.feed_event DROP COLUMN cluster',
      'DROP TABLE planner.operation',
    ])
      await runner.query(statement);
  }
}
