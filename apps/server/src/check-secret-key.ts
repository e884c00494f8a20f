import { type SealedSecret, type SecretBox, SecretValue } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { Database, MigrationClass } from '@muster/storage';

type Runner = Parameters<InstanceType<MigrationClass>['up']>[0];

/** The migration that makes the table in which a schema's secret key is known again. */
export function createSecretCheck(schema: string): MigrationClass {
  return class CreateSecretCheck1764600000000 {
    readonly name = 'CreateSecretCheck1764600000000';

    async up(runner: Runner): Promise<void> {
      await runner.query(`
        CREATE TABLE ${schema}.secret_check (
          is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
          sealed jsonb NOT NULL
        )`);
    }

    async down(runner: Runner): Promise<void> {
      await runner.query(`DROP TABLE ${schema}.secret_check`);
    }
  };
}

/**
 * Compares the secret key with that of whoever started first on the schema. A service with another key would take work and
 * then fail at the first secret, so it is refused: fails with `ProblemsError` (`CONFIG_INVALID`).
 */
export async function checkSecretKey({ pool }: Database, schema: string, box: SecretBox): Promise<void> {
  const mine = JSON.stringify(box.seal(new SecretValue('muster')));
  await pool.query(`INSERT INTO ${schema}.secret_check (sealed) VALUES ($1) ON CONFLICT DO NOTHING`, [mine]);
  const { rows } = await pool.query<{ sealed: SealedSecret }>(`SELECT sealed FROM ${schema}.secret_check`);
  try {
    if (rows[0]) box.open(rows[0].sealed);
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    const summary = 'It is not the key with which the secrets of this database were stored.';
    const remedy = 'Give every service of one database the same MUSTER_SECRET_KEY, for ever.';
    throw new ProblemsError([problem('CONFIG_INVALID', { subject: 'MUSTER_SECRET_KEY', summary, remedy })]);
  }
}
