import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who elsewhere is told of events, and what came of each try. */
export class Webhooks1764652000000 implements MigrationInterface {
  name = 'Webhooks1764652000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      `CREATE TABLE planner.webhook (
         id uuid NOT NULL, project text NOT NULL, name text NOT NULL, url text NOT NULL, kinds text[] NOT NULL, cluster text,
         secret jsonb NOT NULL, old_secret jsonb, old_secret_until timestamptz, state text NOT NULL, disabled_why text,
         last bigint NOT NULL, version integer NOT NULL DEFAULT 1, failures integer NOT NULL DEFAULT 0,
         failing_since timestamptz, last_failure text, due_at timestamptz NOT NULL DEFAULT now(), owner uuid,
         leased_until timestamptz, who text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
         CONSTRAINT webhook_pk PRIMARY KEY (id), CONSTRAINT webhook_name_unique UNIQUE (project, name),
         CONSTRAINT webhook_project_fk FOREIGN KEY (project) REFERENCES planner.project (name))`,
      `CREATE INDEX webhook_due_index ON planner.webhook (due_at) WHERE state = 'active'`,
      `CREATE TABLE planner.webhook_delivery (
         id uuid NOT NULL, webhook_id uuid NOT NULL, number bigint NOT NULL, kind text NOT NULL, at timestamptz NOT NULL,
         duration_ms integer NOT NULL, status integer, failure text, excerpt text,
         CONSTRAINT webhook_delivery_pk PRIMARY KEY (id),
         CONSTRAINT webhook_delivery_webhook_fk FOREIGN KEY (webhook_id) REFERENCES planner.webhook (id) ON DELETE CASCADE)`,
      'CREATE INDEX webhook_delivery_list_index ON planner.webhook_delivery (webhook_id, at, id)',
      'CREATE INDEX webhook_delivery_age_index ON planner.webhook_delivery (at)',
    ])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE planner.webhook_delivery');
    await runner.query('DROP TABLE planner.webhook');
  }
}
