import { createSecretBox } from '@muster/secrets';
import { type Database, migrate, openDatabase } from '@muster/storage';
import { createTestDatabase, type TestDatabase } from '@muster/testkit';
import { checkSecretKey, createSecretCheck } from './check-secret-key';

describe('the secret key of a database', () => {
  let test: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    test = await createTestDatabase();
    database = await openDatabase({ config: { kind: 'postgres', url: test.url }, name: 'check' });
    await migrate(database, 'executor_artifacts', [createSecretCheck('executor_artifacts')]);
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const check = (key: string) => checkSecretKey(database, 'executor_artifacts', createSecretBox(key));

  it('is that of whoever came first, also of two at once; another one is refused', async () => {
    const [one, other] = ['a'.repeat(32), 'b'.repeat(32)];
    await Promise.all([check(one), check(one)]);
    await check(one);
    await expect(check(other)).rejects.toMatchObject({
      problems: [{ code: 'CONFIG_INVALID', subject: 'MUSTER_SECRET_KEY', remedy: expect.stringContaining('same') }],
    });
    await check(one);
  });
});
