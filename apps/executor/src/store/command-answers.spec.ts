import { randomUUID } from 'node:crypto';
import type { ControlDeployment, StartDeployment } from '@muster/protocol';
import { problem } from '@muster/problems';
import type { Database } from '@muster/storage';
import { waitUntil } from '@muster/testkit';
import { executorDatabase, type ExecutorDatabase } from './executor-database.testing';
import { PgDeploymentStore } from './pg-deployment-store';

const LEASE_MS = 60_000;

describe('commands and claims on real PostgreSQL', () => {
  let test: ExecutorDatabase;
  let database: Database;
  let store: PgDeploymentStore;

  beforeAll(async () => {
    test = await executorDatabase();
    ({ database, store } = test);
  });
  afterAll(() => test.drop());

  function start(...machines: string[]): StartDeployment {
    const nodes = machines.map((machine) => ({ name: machine, machine }));
    const body = {
      deployment: randomUUID(),
      transaction: randomUUID(),
      project: 'p',
      cluster: 'c',
      nodes,
      graph: { kind: 'inline', gzip: '' },
    };
    return body as unknown as StartDeployment;
  }
  const accept = (command: string, body: StartDeployment) => store.accept(command, body, new Uint8Array());
  const pause = (deployment: string): ControlDeployment => ({ deployment, verb: 'pause', who: 'w', why: null });
  const ended = { status: 'succeeded', free: true };
  const end = (seq: number) => [{ type: 'state-changed', state: 'succeeded', text: null, seq, at: 1 } as const];

  async function owned(): Promise<{ id: string; epoch: number }> {
    const body = start();
    await accept(randomUUID(), body);
    const taken = await store.takeOver('e1', LEASE_MS, 100, false);
    const mine = taken.find(({ deployment }) => deployment === body.deployment);
    return { id: body.deployment, epoch: mine?.epoch ?? 0 };
  }

  /** Until as many statements wait for a lock. */
  const waiting = (count: number) =>
    waitUntil(`${count} wait for a lock`, async () => {
      const { rows } = await database.pool.query<{ n: number }>(
        `SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return rows[0]?.n === count;
    });

  it('refuses a start again that it has refused, although what stood in its way is gone', async () => {
    const [holder, refused, command] = [start('m1', 'm2'), start('m2'), randomUUID()];
    expect(await accept(randomUUID(), holder)).toEqual({ kind: 'accepted' });
    const first = await accept(command, refused);
    if (first.kind !== 'refused') throw new Error('it was to be refused');
    expect(await store.refuse(command, first.problems)).toEqual(first.problems);
    await store.closeTransaction(holder.transaction, [], null, []);
    expect(await accept(command, refused)).toEqual(first);
    expect(await accept(randomUUID(), refused)).toEqual({ kind: 'accepted' });
  });

  it('gives two deliveries at once the same answer', async () => {
    const [body, command] = [start('m3'), randomUUID()];
    const problems = [problem('DEPLOY_ARTIFACT_MISSING', { subject: 's', summary: 'away for a moment' })];
    const client = await database.pool.connect();
    try {
      // Holds the acceptance up after its first statement.
      await client.query('BEGIN');
      await client.query(`INSERT INTO executor.claim (machine, ticket) VALUES ('m3', 0)`);
      const accepted = accept(command, body);
      await waiting(1);
      const refusal = store.refuse(command, problems);
      await waiting(2);
      await client.query('ROLLBACK');
      expect([await accepted, await refusal]).toEqual([{ kind: 'accepted' }, []]);
    } finally {
      client.release();
    }
  });

  it('refuses a control again that came before its deployment', async () => {
    const [body, command] = [start(), randomUUID()];
    const problems = [problem('DEPLOY_UNKNOWN_TRANSACTION', { subject: 's', summary: 'unknown' })];
    expect(await store.putCommand(command, pause(body.deployment))).toBe('unknown');
    expect(await store.refuse(command, problems)).toEqual(problems);
    await accept(randomUUID(), body);
    expect(await store.putCommand(command, pause(body.deployment))).toBe('refused');
    expect(await store.refuse(command, [])).toEqual(problems);
    const other = randomUUID();
    expect(await store.putCommand(other, pause(body.deployment))).toBe('stored');
    expect(await store.putCommand(other, pause(body.deployment))).toBe('repeated');
  });

  it('ends no deployment with a command that nobody has read', async () => {
    const { id, epoch } = await owned();
    const [read, unread] = [randomUUID(), randomUUID()];
    await store.putCommand(read, pause(id));
    await store.putCommand(unread, pause(id));
    expect(await store.append('e1', id, epoch, end(1), [read], ended)).toEqual({
      unread: [{ id: unread, body: pause(id) }],
    });
    expect(await store.events(id, 1, 10)).toEqual([]);
    expect(await store.append('e1', id, epoch, end(1), [read, unread], ended)).toBe('stored');
    expect(await store.putCommand(randomUUID(), pause(id))).toBe('ended');
  });

  it('puts no command beside an end that is being stored', async () => {
    const { id, epoch } = await owned();
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT FROM executor.deployment WHERE id = $1 FOR UPDATE`, [id]);
      const late = store.putCommand(randomUUID(), pause(id));
      await waiting(1);
      await client.query(`UPDATE executor.deployment SET ended_at = clock_timestamp() WHERE id = $1`, [id]);
      await client.query('COMMIT');
      expect([await late, epoch]).toEqual(['ended', 1]);
    } finally {
      client.release();
    }
  });

  it('locks what it frees in the order in which others claim', async () => {
    // Held in another order than that of their names.
    const body = start('z', 'a');
    for (const machine of ['z', 'a'])
      await database.pool.query(`INSERT INTO executor.claim (machine, ticket, transaction_id) VALUES ($1, 0, $2)`, [
        machine,
        body.transaction,
      ]);
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT FROM executor.claim WHERE machine = 'a' FOR UPDATE`);
      const freed = store.releaseTransaction(body.transaction, null);
      await waiting(1);
      await client.query(`SELECT FROM executor.claim WHERE machine = 'z' FOR UPDATE NOWAIT`);
      await client.query('COMMIT');
      await freed;
    } finally {
      client.release(true);
    }
    expect(await accept(randomUUID(), start('a', 'z'))).toEqual({ kind: 'accepted' });
  });
});
