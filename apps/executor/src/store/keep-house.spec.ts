import type { Database } from '@muster/storage';
import { randomUUID } from 'node:crypto';
import type { ExecutorArtifacts } from '../executor-ports';
import { keepAnswer, keptAnswer } from './command-answers';
import { executorDatabase, type ExecutorDatabase } from './executor-database.testing';
import { forgetAnswers, removeArtifacts } from './keep-house';

describe('what executors forget', () => {
  let test: ExecutorDatabase;
  let database: Database;
  beforeAll(async () => {
    test = await executorDatabase();
    ({ database } = test);
  });
  afterAll(() => test.drop());

  const deployment = async (digest: string, ended: string | null): Promise<string> => {
    const id = randomUUID();
    await database.pool.query(
      `INSERT INTO executor.deployment (id, transaction_id, project, cluster, start, graph, ended_at)
       VALUES ($1, $1, 'p', 'c', $2, '', clock_timestamp() - $3::interval)`,
      [id, JSON.stringify({ artifacts: [{ digest, size: 1 }] }), ended],
    );
    return id;
  };

  it('are answers that are old, unless their deployment goes on', async () => {
    const problems = [{ code: 'X', severity: 'error', subject: 's', summary: 't', remedy: 'r' }] as const;
    const [young, old, open] = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of [young, old, open]) await keepAnswer(database.pool, id, problems as never);
    await database.pool.query(
      `UPDATE executor.answer SET answered_at = clock_timestamp() - interval '31 days' WHERE command_id <> $1`,
      [young],
    );
    await database.pool.query(`INSERT INTO executor.command (id, deployment_id, body) VALUES ($1, $2, '{}')`, [
      open,
      await deployment('d', null),
    ]);
    await forgetAnswers(database.pool);
    const kept = await Promise.all([young, old, open].map((id) => keptAnswer(database.pool, id)));
    expect(kept.map((each) => each.length)).toEqual([1, 0, 1]);
  });

  it('are artifacts that no deployment needs which goes on or has just ended', async () => {
    await database.pool.query('TRUNCATE executor.deployment CASCADE');
    await deployment('running', null);
    await deployment('just ended', '1 hour');
    await deployment('long ended', '2 days');
    const asked: ReadonlySet<string>[] = [];
    const artifacts = { removeUnused: async (used: ReadonlySet<string>) => asked.push(used) };
    await removeArtifacts(database.pool, artifacts as unknown as ExecutorArtifacts);
    expect(asked).toEqual([new Set(['running', 'just ended'])]);
  });
});
