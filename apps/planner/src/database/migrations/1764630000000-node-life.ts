import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a node is, what is known of the machine, and what has happened to it. */
export class NodeLife1764630000000 implements MigrationInterface {
  name = 'NodeLife1764630000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE planner.node
         ADD COLUMN state text NOT NULL DEFAULT 'new',
         ADD COLUMN state_since timestamptz NOT NULL DEFAULT now(),
         ADD COLUMN state_before text,
         ADD COLUMN facts jsonb,
         ADD COLUMN facts_at timestamptz,
         ADD COLUMN online boolean,
         ADD COLUMN last_seen_at timestamptz,
         ADD COLUMN checked_at timestamptz,
         ADD COLUMN labels text[] NOT NULL DEFAULT '{}'`,
    );
    await runner.query("UPDATE planner.node SET state = 'enrolled' WHERE host_key IS NOT NULL");
    await runner.query(
      `CREATE TABLE planner.node_history (
         id uuid NOT NULL,
         node_id uuid NOT NULL,
         at timestamptz NOT NULL DEFAULT now(),
         kind text NOT NULL,
         from_state text,
         to_state text,
         who text,
         transaction_id uuid,
         data jsonb NOT NULL DEFAULT '{}',
         CONSTRAINT node_history_pk PRIMARY KEY (id),
         CONSTRAINT node_history_node_fk FOREIGN KEY (node_id) REFERENCES planner.node (id) ON DELETE CASCADE
       )`,
    );
    await runner.query('CREATE INDEX node_history_index ON planner.node_history (node_id, at, id)');
    await runner.query("ALTER TABLE planner.deployment ADD COLUMN works_on text[] NOT NULL DEFAULT '{}'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE planner.deployment DROP COLUMN works_on');
    await runner.query('DROP TABLE planner.node_history');
    await runner.query(
      `ALTER TABLE planner.node DROP COLUMN state, DROP COLUMN state_since, DROP COLUMN state_before, DROP COLUMN facts,
         DROP COLUMN facts_at, DROP COLUMN online, DROP COLUMN last_seen_at, DROP COLUMN checked_at, DROP COLUMN labels`,
    );
  }
}
