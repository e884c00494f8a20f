import type { MigrationInterface, QueryRunner } from 'typeorm';

/** First tables of the executor's schema. */
export class ExecutorSchema1764000000000 implements MigrationInterface {
  name = 'ExecutorSchema1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE executor.deployment (
        id uuid PRIMARY KEY,
        transaction_id uuid NOT NULL,
        project text NOT NULL,
        cluster text NOT NULL,
        start jsonb NOT NULL,
        graph bytea NOT NULL,
        owner text,
        epoch integer NOT NULL DEFAULT 0,
        lease_until timestamptz,
        last_seq integer NOT NULL DEFAULT 0,
        published_seq integer NOT NULL DEFAULT 0,
        status text NOT NULL DEFAULT 'pending',
        accepted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        ended_at timestamptz
      )`);
    // What executors look for: deployments to own, and events to publish.
    await queryRunner.query(`CREATE INDEX deployment_open ON executor.deployment (lease_until) WHERE ended_at IS NULL`);
    await queryRunner.query(
      `CREATE INDEX deployment_unpublished ON executor.deployment (id) WHERE published_seq < last_seq`,
    );
    await queryRunner.query(`
      CREATE TABLE executor.event (
        deployment_id uuid NOT NULL REFERENCES executor.deployment (id) ON DELETE CASCADE,
        seq integer NOT NULL,
        body jsonb NOT NULL,
        PRIMARY KEY (deployment_id, seq)
      )`);
    await queryRunner.query(`
      CREATE TABLE executor.command (
        id uuid PRIMARY KEY,
        deployment_id uuid NOT NULL REFERENCES executor.deployment (id) ON DELETE CASCADE,
        body jsonb NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        is_read boolean NOT NULL DEFAULT false
      )`);
    await queryRunner.query(
      `CREATE INDEX command_unread ON executor.command (deployment_id, received_at) WHERE NOT is_read`,
    );
    await queryRunner.query(`
      CREATE TABLE executor.claim (
        machine text PRIMARY KEY,
        ticket bigint NOT NULL,
        transaction_id uuid,
        cluster text,
        node text,
        claimed_at timestamptz
      )`);
    await queryRunner.query(
      `CREATE INDEX claim_transaction ON executor.claim (transaction_id) WHERE transaction_id IS NOT NULL`,
    );
    await queryRunner.query(`CREATE TABLE executor.instance (id text PRIMARY KEY, seen_at timestamptz NOT NULL)`);
  }

  async down(): Promise<void> {
    throw new Error('the executor schema is not taken back: restore a backup instead');
  }
}

/** What commands were answered, so that one that comes again hears the same. */
export class CommandAnswers1764200000000 implements MigrationInterface {
  name = 'CommandAnswers1764200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE executor.answer (
        command_id uuid PRIMARY KEY,
        problems jsonb NOT NULL,
        answered_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
  }

  async down(): Promise<void> {
    throw new Error('the executor schema is not taken back: restore a backup instead');
  }
}

/** Pools: slots that deployments share, first come first served. */
export class Pools1764300000000 implements MigrationInterface {
  name = 'Pools1764300000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE executor.pool (
        project text NOT NULL,
        name text NOT NULL,
        slots integer NOT NULL,
        version bigint NOT NULL,
        PRIMARY KEY (project, name)
      )`);
    await queryRunner.query(`
      CREATE TABLE executor.pool_slot (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        project text NOT NULL,
        pool text NOT NULL,
        deployment_id uuid NOT NULL REFERENCES executor.deployment (id) ON DELETE CASCADE,
        asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        granted_at timestamptz,
        is_noted boolean NOT NULL DEFAULT false
      )`);
    await queryRunner.query(`CREATE INDEX pool_slot_pool ON executor.pool_slot (project, pool, id)`);
    await queryRunner.query(`CREATE INDEX pool_slot_deployment ON executor.pool_slot (deployment_id)`);
  }

  async down(): Promise<void> {
    throw new Error('the executor schema is not taken back: restore a backup instead');
  }
}

/** Which machine answered last where a claim says so: one machine is claimed once, under whatever names. */
export class MachineIdentity1764400000000 implements MigrationInterface {
  name = 'MachineIdentity1764400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE executor.claim ADD COLUMN identity text`);
    await queryRunner.query(`CREATE INDEX claim_identity ON executor.claim (identity) WHERE identity IS NOT NULL`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX claim_identity_held ON executor.claim (identity) WHERE transaction_id IS NOT NULL`,
    );
  }

  async down(): Promise<void> {
    throw new Error('the executor schema is not taken back: restore a backup instead');
  }
}

/** Migrations of the schema `executor`, in order. */
export const EXECUTOR_MIGRATIONS = [
  ExecutorSchema1764000000000,
  CommandAnswers1764200000000,
  Pools1764300000000,
  MachineIdentity1764400000000,
];
