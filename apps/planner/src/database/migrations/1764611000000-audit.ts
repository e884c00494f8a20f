import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who did what. The database itself refuses to change an entry, and to remove one before its time. */
export class Audit1764611000000 implements MigrationInterface {
  name = 'Audit1764611000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE planner.audit (
        id uuid NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        project text,
        who text,
        what text NOT NULL,
        subject text NOT NULL,
        why text,
        from_address text NOT NULL,
        outcome text NOT NULL,
        status integer NOT NULL,
        code text,
        count integer NOT NULL DEFAULT 1,
        CONSTRAINT audit_pk PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX audit_list_index ON planner.audit (project, at, id)');
    await runner.query('CREATE INDEX audit_time_index ON planner.audit (at, id)');
    await runner.query(`
      CREATE FUNCTION planner.keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
          RETURN OLD;
        END IF;
        RAISE EXCEPTION 'entries of the audit are neither changed nor removed within a year';
      END $$`);
    await runner.query(`
      CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON planner.audit
      FOR EACH ROW EXECUTE FUNCTION planner.keep_audit()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE planner.audit');
    await runner.query('DROP FUNCTION planner.keep_audit');
  }
}
