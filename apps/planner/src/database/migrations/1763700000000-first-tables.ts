import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first tables. Written out once and never changed: what is released is changed by a further migration. */
export class FirstTables1763700000000 implements MigrationInterface {
  // The name is stored in the database; TypeORM orders migrations by its last 13 digits.
  name = 'FirstTables1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA planner CASCADE');
  }
}

const statements = [
  'CREATE SCHEMA IF NOT EXISTS planner',
  `CREATE TABLE planner.bundle (
    id uuid NOT NULL,
    project text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    digest text NOT NULL,
    content jsonb NOT NULL,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT bundle_name_unique UNIQUE (project, kind, name, version),
    CONSTRAINT bundle_pk PRIMARY KEY (id)
  )`,
  `CREATE TABLE planner.cluster (
    id uuid NOT NULL,
    project text NOT NULL,
    name text NOT NULL,
    head_revision integer NOT NULL,
    live_revision integer,
    primaries jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cluster_name_unique UNIQUE (project, name),
    CONSTRAINT cluster_pk PRIMARY KEY (id)
  )`,
  `CREATE TABLE planner.revision (
    cluster_id uuid NOT NULL,
    number integer NOT NULL,
    hash text NOT NULL,
    content jsonb NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT revision_pk PRIMARY KEY (cluster_id, number)
  )`,
  `CREATE TABLE planner.feed_event (
    id uuid NOT NULL,
    number bigint,
    project text NOT NULL,
    recorded_at timestamptz NOT NULL,
    position integer NOT NULL,
    at timestamptz NOT NULL,
    type text NOT NULL,
    transaction_id uuid,
    subject jsonb NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT feed_event_pk PRIMARY KEY (id)
  )`,
  'CREATE INDEX feed_event_transaction_index ON planner.feed_event (transaction_id, number)',
  'CREATE INDEX feed_event_unnumbered_index ON planner.feed_event (recorded_at, position) WHERE number IS NULL',
  'CREATE UNIQUE INDEX feed_event_number_unique ON planner.feed_event (number) WHERE number IS NOT NULL',
  `CREATE TABLE planner.feed_sequence (
    "only" boolean NOT NULL,
    last bigint NOT NULL,
    CONSTRAINT feed_sequence_pk PRIMARY KEY ("only")
  )`,
  `CREATE TABLE planner.idempotency_key (
    project text NOT NULL,
    principal text NOT NULL,
    key text NOT NULL,
    request text NOT NULL,
    status integer,
    answer jsonb,
    leased_until timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT idempotency_key_pk PRIMARY KEY (project, principal, key)
  )`,
  'CREATE INDEX idempotency_key_expiry_index ON planner.idempotency_key (expires_at)',
  `CREATE TABLE planner.token (
    hash text NOT NULL,
    principal text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    CONSTRAINT token_pk PRIMARY KEY (hash)
  )`,
  `CREATE TABLE planner.node (
    id uuid NOT NULL,
    project text NOT NULL,
    name text NOT NULL,
    cluster_id uuid,
    address text,
    port integer NOT NULL DEFAULT '22',
    login text NOT NULL DEFAULT 'root',
    become text NOT NULL DEFAULT 'none',
    jump text,
    state_dir text,
    host_key text,
    identity jsonb,
    roles text[] NOT NULL DEFAULT '{}',
    tags text[],
    registered_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT node_name_unique UNIQUE (project, name),
    CONSTRAINT node_pk PRIMARY KEY (id)
  )`,
  'CREATE INDEX node_cluster_index ON planner.node (cluster_id)',
  `CREATE TABLE planner.transaction (
    id uuid NOT NULL,
    project text NOT NULL,
    cluster_id uuid NOT NULL,
    cluster text NOT NULL,
    revision integer NOT NULL,
    state text NOT NULL,
    graphs text[] NOT NULL,
    options jsonb NOT NULL,
    runs integer NOT NULL,
    advance_due boolean NOT NULL DEFAULT false,
    problems jsonb NOT NULL DEFAULT '[]',
    who text NOT NULL,
    why text,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT transaction_pk PRIMARY KEY (id)
  )`,
  'CREATE INDEX transaction_cluster_index ON planner.transaction (cluster_id)',
  'CREATE INDEX transaction_list_index ON planner.transaction (project, created_at, id)',
  `CREATE TABLE planner.deployment (
    id uuid NOT NULL,
    transaction_id uuid NOT NULL,
    run integer NOT NULL,
    graph_type text NOT NULL,
    digest text NOT NULL,
    expected_ms integer NOT NULL,
    state text NOT NULL,
    last_seq integer NOT NULL DEFAULT '0',
    executor text,
    artifact_token_hash text NOT NULL,
    artifacts text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    heard_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT deployment_run_unique UNIQUE (transaction_id, run),
    CONSTRAINT deployment_pk PRIMARY KEY (id)
  )`,
  'CREATE INDEX deployment_token_index ON planner.deployment (artifact_token_hash)',
  `CREATE TABLE planner.outgoing (
    id uuid NOT NULL,
    kind text NOT NULL,
    deployment_id uuid NOT NULL,
    position integer NOT NULL,
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL DEFAULT now(),
    tries integer NOT NULL DEFAULT '0',
    answered_at timestamptz,
    refused jsonb,
    CONSTRAINT outgoing_pk PRIMARY KEY (id)
  )`,
  'CREATE INDEX outgoing_open_index ON planner.outgoing (deployment_id, position) WHERE answered_at IS NULL',
  `CREATE TABLE planner.output_chunk (
    deployment_id uuid NOT NULL,
    task text NOT NULL,
    attempt integer NOT NULL,
    stream text NOT NULL,
    start integer NOT NULL,
    bytes bytea NOT NULL,
    CONSTRAINT output_chunk_pk PRIMARY KEY (deployment_id, task, attempt, stream, start)
  )`,
  `CREATE TABLE planner.plan (
    cluster_id uuid NOT NULL,
    digest text NOT NULL,
    revision integer NOT NULL,
    options jsonb NOT NULL,
    outline bytea NOT NULL,
    graph bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plan_pk PRIMARY KEY (cluster_id, digest)
  )`,
  `CREATE TABLE planner.attempt (
    deployment_id uuid NOT NULL,
    task text NOT NULL,
    attempt integer NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    result jsonb,
    CONSTRAINT attempt_pk PRIMARY KEY (deployment_id, task, attempt)
  )`,
  `CREATE TABLE planner.task (
    deployment_id uuid NOT NULL,
    task text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL DEFAULT '0',
    exit_code integer,
    started_at timestamptz,
    ended_at timestamptz,
    reason text,
    CONSTRAINT task_pk PRIMARY KEY (deployment_id, task)
  )`,
  `CREATE TABLE planner.installation (
    "only" boolean NOT NULL,
    id text NOT NULL,
    CONSTRAINT installation_pk PRIMARY KEY ("only")
  )`,
  `CREATE TABLE planner.project (
    name text NOT NULL,
    CONSTRAINT project_pk PRIMARY KEY (name)
  )`,
  'ALTER TABLE planner.revision ADD CONSTRAINT revision_cluster_fk FOREIGN KEY (cluster_id) REFERENCES planner.cluster(id) ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE planner.node ADD CONSTRAINT node_cluster_fk FOREIGN KEY (cluster_id) REFERENCES planner.cluster(id) ON DELETE SET NULL ON UPDATE NO ACTION',
  'ALTER TABLE planner.deployment ADD CONSTRAINT deployment_transaction_fk FOREIGN KEY (transaction_id) REFERENCES planner.transaction(id) ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE planner.outgoing ADD CONSTRAINT outgoing_deployment_fk FOREIGN KEY (deployment_id) REFERENCES planner.deployment(id) ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE planner.output_chunk ADD CONSTRAINT output_chunk_deployment_fk FOREIGN KEY (deployment_id) REFERENCES planner.deployment(id) ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE planner.plan ADD CONSTRAINT plan_cluster_fk FOREIGN KEY (cluster_id) REFERENCES planner.cluster(id) ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE planner.attempt ADD CONSTRAINT attempt_deployment_fk FOREIGN KEY (deployment_id) REFERENCES planner.deployment(id) ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE planner.task ADD CONSTRAINT task_deployment_fk FOREIGN KEY (deployment_id) REFERENCES planner.deployment(id) ON DELETE CASCADE ON UPDATE NO ACTION',
  "INSERT INTO planner.project (name) VALUES ('default')",
  'INSERT INTO planner.feed_sequence ("only", last) VALUES (true, 0)',
  // An id of its own for every installation; the nodes remember it.
  'INSERT INTO planner.installation ("only", id) VALUES (true, gen_random_uuid()::text)',
];
