import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Further runs of a transaction, and the record of who asked what of it. */
export class RunsAndControls1764310000000 implements MigrationInterface {
  name = 'RunsAndControls1764310000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE planner.deployment
      ADD COLUMN graph_index integer NOT NULL DEFAULT 0,
      ADD COLUMN machines jsonb,
      ADD COLUMN who text,
      ADD COLUMN why text,
      ADD COLUMN continues uuid`);
    // Until now each run was another graph.
    await runner.query('UPDATE planner.deployment SET graph_index = run - 1');
    await runner.query(`CREATE TABLE planner.control (
      id uuid NOT NULL CONSTRAINT control_pk PRIMARY KEY,
      transaction_id uuid NOT NULL CONSTRAINT control_transaction_fk REFERENCES planner.transaction (id) ON DELETE CASCADE,
      run integer NOT NULL,
      verb text NOT NULL,
      details jsonb NOT NULL DEFAULT '{}',
      who text NOT NULL,
      why text,
      asked_at timestamptz NOT NULL DEFAULT now(),
      taken_at timestamptz,
      too_late boolean NOT NULL DEFAULT false
    )`);
    await runner.query('CREATE INDEX control_transaction_index ON planner.control (transaction_id, asked_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE planner.control');
    await runner.query(`ALTER TABLE planner.deployment
      DROP COLUMN continues, DROP COLUMN why, DROP COLUMN who, DROP COLUMN machines, DROP COLUMN graph_index`);
  }
}
