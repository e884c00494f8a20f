import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far the feed was told on. What happened before there was an exchange is not told there. */
export class FeedCursors1764651000000 implements MigrationInterface {
  name = 'FeedCursors1764651000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE planner.feed_cursor (
         name text NOT NULL, last bigint NOT NULL, owner uuid, leased_until timestamptz NOT NULL DEFAULT now(),
         CONSTRAINT feed_cursor_pk PRIMARY KEY (name))`,
    );
    await runner.query(
      `INSERT INTO planner.feed_cursor (name, last) SELECT 'exchange', last FROM planner.feed_sequence WHERE "only"`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE planner.feed_cursor');
  }
}
