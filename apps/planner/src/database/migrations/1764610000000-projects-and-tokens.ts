import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Projects that can be archived; tokens with a name, an owner's roles and a life. Rows of tokens were only ever written by
 * hand before, with all rights: they become administrators of the default project, under a name of their own.
 */
export class ProjectsAndTokens1764610000000 implements MigrationInterface {
  name = 'ProjectsAndTokens1764610000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE planner.project
        ADD created_at timestamptz NOT NULL DEFAULT now(),
        ADD created_by text NOT NULL DEFAULT 'muster',
        ADD archived_at timestamptz`);
    await runner.query(`
      ALTER TABLE planner.token
        ADD id uuid NOT NULL DEFAULT gen_random_uuid(),
        ADD grants jsonb NOT NULL DEFAULT '{"default": "admin"}',
        ADD created_by text NOT NULL DEFAULT 'muster',
        ADD last_used_at timestamptz,
        ADD revoked_at timestamptz,
        ADD previous_hash text,
        ADD previous_until timestamptz`);
    await runner.query(`
      UPDATE planner.token AS t SET principal = t.principal || '-' || n.place
      FROM (SELECT hash, row_number() OVER (PARTITION BY principal ORDER BY created_at, hash) AS place FROM planner.token) AS n
      WHERE n.hash = t.hash AND n.place > 1`);
    await runner.query('ALTER TABLE planner.token RENAME principal TO name');
    await runner.query('ALTER TABLE planner.token DROP CONSTRAINT token_pk, ADD CONSTRAINT token_pk PRIMARY KEY (id)');
    await runner.query(`
      ALTER TABLE planner.token
        ADD CONSTRAINT token_hash_unique UNIQUE (hash), ADD CONSTRAINT token_name_unique UNIQUE (name),
        ADD CONSTRAINT token_previous_unique UNIQUE (previous_hash)`);
    for (const column of ['id', 'grants', 'created_by'])
      await runner.query(`ALTER TABLE planner.token ALTER ${column} DROP DEFAULT`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE planner.token
        DROP CONSTRAINT token_pk, DROP CONSTRAINT token_hash_unique, DROP CONSTRAINT token_name_unique,
        DROP CONSTRAINT token_previous_unique, DROP previous_hash, DROP previous_until, DROP id, DROP grants, DROP created_by, DROP last_used_at, DROP revoked_at,
        ADD CONSTRAINT token_pk PRIMARY KEY (hash)`);
    await runner.query('ALTER TABLE planner.token RENAME name TO principal');
    await runner.query('ALTER TABLE planner.project DROP created_at, DROP created_by, DROP archived_at');
  }
}
