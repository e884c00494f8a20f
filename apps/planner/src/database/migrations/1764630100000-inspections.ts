import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Nodes that are to be asked for their facts, and what came of it. */
export class Inspections1764630100000 implements MigrationInterface {
  name = 'Inspections1764630100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE planner.inspection (
         id uuid NOT NULL,
         project text NOT NULL,
         who text NOT NULL,
         why text,
         created_at timestamptz NOT NULL DEFAULT now(),
         ended_at timestamptz,
         CONSTRAINT inspection_pk PRIMARY KEY (id)
       )`,
    );
    await runner.query('CREATE INDEX inspection_list_index ON planner.inspection (project, created_at, id)');
    await runner.query(
      `CREATE TABLE planner.inspection_node (
         inspection_id uuid NOT NULL,
         node_id uuid NOT NULL,
         state text NOT NULL DEFAULT 'waiting',
         attempts integer NOT NULL DEFAULT 0,
         next_at timestamptz NOT NULL DEFAULT now(),
         leased_until timestamptz,
         problems jsonb NOT NULL DEFAULT '[]',
         ended_at timestamptz,
         CONSTRAINT inspection_node_pk PRIMARY KEY (inspection_id, node_id),
         CONSTRAINT inspection_node_inspection_fk FOREIGN KEY (inspection_id) REFERENCES planner.inspection (id) ON DELETE CASCADE,
         CONSTRAINT inspection_node_node_fk FOREIGN KEY (node_id) REFERENCES planner.node (id) ON DELETE CASCADE
       )`,
    );
    await runner.query(
      'CREATE INDEX inspection_node_open_index ON planner.inspection_node (next_at) WHERE ended_at IS NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE planner.inspection_node');
    await runner.query('DROP TABLE planner.inspection');
  }
}
