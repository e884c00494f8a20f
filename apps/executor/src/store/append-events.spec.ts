import { randomUUID } from 'node:crypto';
import type { DeploymentEvent } from '@muster/model';
import type { StartDeployment } from '@muster/protocol';
import type { Database } from '@muster/storage';
import { waitUntil } from '@muster/testkit';
import { executorDatabase, type ExecutorDatabase } from './executor-database.testing';
import { PgDeploymentStore } from './pg-deployment-store';

const LEASE_MS = 60_000;

describe('appending events on real PostgreSQL', () => {
  let test: ExecutorDatabase;
  let database: Database;
  let store: PgDeploymentStore;

  beforeAll(async () => {
    test = await executorDatabase();
    ({ database, store } = test);
  });
  afterAll(() => test.drop());

  const events = (from: number, to: number): DeploymentEvent[] =>
    Array.from({ length: to - from + 1 }, (_, index) => ({
      type: 'retry-due',
      task: 'a@n1',
      seq: from + index,
      at: 1,
    }));
  const seqs = async (id: string): Promise<number[]> => (await store.events(id, 1, 10_000)).map(({ seq }) => seq);

  /** A deployment owned by `me`; gives its id and epoch. */
  async function owned(me: string, leaseMs = LEASE_MS): Promise<{ id: string; epoch: number }> {
    const id = randomUUID();
    const start: Partial<StartDeployment> = {
      deployment: id,
      transaction: id,
      project: 'p',
      cluster: 'c',
      nodes: [],
      graph: { kind: 'inline', gzip: '' },
    };
    await store.accept(randomUUID(), start as StartDeployment, new Uint8Array());
    const taken = await store.takeOver(me, leaseMs, 10, false);
    return { id, epoch: taken.find(({ deployment }) => deployment === id)?.epoch ?? 0 };
  }

  it('stores a batch once, however often its answer is lost', async () => {
    const { id, epoch } = await owned('e1');
    expect(await store.append('e1', id, epoch, events(1, 3), [], null)).toBe('stored');
    expect(await store.append('e1', id, epoch, events(1, 3), [], null)).toBe('stored');
    expect(await store.append('e1', id, epoch, events(4, 5), [], null)).toBe('stored');
    expect(await seqs(id)).toEqual([1, 2, 3, 4, 5]);
  });

  it('stores nothing for another owner or an older epoch', async () => {
    const { id, epoch } = await owned('e1');
    expect(await store.append('e2', id, epoch, events(1, 1), [], null)).toBe('fenced');
    expect(await store.append('e1', id, epoch - 1, events(1, 1), [], null)).toBe('fenced');
    expect(await seqs(id)).toEqual([]);
  });

  it('refuses a gap, and changes nothing by that', async () => {
    const { id, epoch } = await owned('e1');
    await store.append('e1', id, epoch, events(1, 2), [], null);
    await expect(store.append('e1', id, epoch, events(4, 5), [], null)).rejects.toThrow('begin at 4');
    expect(await store.append('e1', id, epoch, events(3, 5), [], null)).toBe('stored');
    expect(await seqs(id)).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps every event while renewals and notes of what is published change the same row', async () => {
    const { id, epoch } = await owned('e1');
    const held = new Map([[id, epoch]]);
    let over = false;
    const meanwhile = async (work: (count: number) => Promise<unknown>): Promise<void> => {
      for (let count = 1; !over; count++) await work(count);
    };
    const others = [
      meanwhile(() => store.renew('e1', LEASE_MS, held)),
      meanwhile((count) => store.markPublished(id, count)),
    ];
    try {
      for (let seq = 1; seq <= 200; seq++)
        expect(await store.append('e1', id, epoch, events(seq, seq), [], null)).toBe('stored');
    } finally {
      over = true;
      await Promise.all(others);
    }
    expect(await seqs(id)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('is fenced by a takeover that it had to wait for', async () => {
    const { id, epoch } = await owned('e1');
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`UPDATE executor.deployment SET owner = 'e2', epoch = epoch + 1 WHERE id = $1`, [id]);
      const waiting = store.append('e1', id, epoch, events(1, 1), [], null);
      await client.query('COMMIT');
      expect(await waiting).toBe('fenced');
    } finally {
      client.release();
    }
    expect(await seqs(id)).toEqual([]);
  });

  it('is taken over although a stopped owner has locked its row, once that has been silent for half a lease', async () => {
    const { id } = await owned('stopped', 1);
    const client = await database.pool.connect();
    // Told twice: why, and that the connection is gone.
    const ended = new Promise<void>((resolve) => client.on('error', () => resolve()));
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM executor.deployment WHERE id = $1 FOR UPDATE', [id]);
      await waitUntil('another has it', async () => (await store.takeOver('e2', LEASE_MS, 10, false)).length > 0);
      await ended;
    } finally {
      client.release(true);
    }
  }, 30_000);

  it('ends the deployment and owns it no longer', async () => {
    const { id, epoch } = await owned('e1');
    const ended = { status: 'failed', free: true };
    expect(await store.append('e1', id, epoch, events(1, 1), [], ended)).toBe('stored');
    expect(await store.append('e1', id, epoch, events(2, 2), [], null)).toBe('fenced');
    expect(await store.unpublished(10_000)).toContainEqual({ deployment: id, published: 0 });
  });
});
