import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What last succeeded where, and with what: so that what did not change need not run again. */
export class PreviousState1763900000000 implements MigrationInterface {
  name = 'PreviousState1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['last_success', 'task_record', 'deployment_place', 'expected_state'])
      await runner.query(`DROP TABLE planner.${table}`);
    await runner.query('ALTER TABLE planner.deployment DROP COLUMN release');
  }
}

const statements = [
  // Deployments that an older version began are not recorded.
  "ALTER TABLE planner.deployment ADD COLUMN release text NOT NULL DEFAULT ''",
  `CREATE TABLE planner.expected_state (
    digest text NOT NULL,
    content jsonb NOT NULL,
    used_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT expected_state_pk PRIMARY KEY (digest)
  )`,
  `CREATE TABLE planner.deployment_place (
    deployment_id uuid NOT NULL,
    node text NOT NULL,
    host_key text,
    common text NOT NULL,
    own text NOT NULL,
    CONSTRAINT deployment_place_pk PRIMARY KEY (deployment_id, node)
  )`,
  'ALTER TABLE planner.deployment_place ADD CONSTRAINT deployment_place_deployment_fk FOREIGN KEY (deployment_id) REFERENCES planner.deployment(id) ON DELETE CASCADE ON UPDATE NO ACTION',
  `CREATE TABLE planner.task_record (
    deployment_id uuid NOT NULL,
    task text NOT NULL,
    definition text NOT NULL,
    node text NOT NULL,
    fingerprint jsonb NOT NULL,
    resets boolean NOT NULL,
    CONSTRAINT task_record_pk PRIMARY KEY (deployment_id, task)
  )`,
  'CREATE INDEX task_record_resets_index ON planner.task_record (deployment_id) WHERE resets',
  `CREATE TABLE planner.last_success (
    cluster_id uuid NOT NULL,
    graph_type text NOT NULL,
    definition text NOT NULL,
    node text NOT NULL,
    release text NOT NULL,
    fingerprint jsonb,
    common text NOT NULL,
    own text NOT NULL,
    host_key text,
    durations integer[] NOT NULL DEFAULT '{}',
    transaction_id uuid NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT last_success_pk PRIMARY KEY (cluster_id, graph_type, definition, node)
  )`,
  'CREATE INDEX last_success_machine_index ON planner.last_success (host_key)',
  'CREATE INDEX last_success_release_index ON planner.last_success (release, graph_type, definition)',
];
