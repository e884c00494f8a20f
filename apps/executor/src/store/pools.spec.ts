import { randomUUID } from 'node:crypto';
import type { StartDeployment } from '@muster/protocol';
import { executorDatabase, type ExecutorDatabase } from './executor-database.testing';
import { PgDeploymentStore } from './pg-deployment-store';

interface Owned {
  readonly id: string;
  readonly epoch: number;
}

describe('pools on real PostgreSQL', () => {
  let test: ExecutorDatabase;
  let store: PgDeploymentStore;

  beforeAll(async () => {
    test = await executorDatabase();
    ({ store } = test);
  });
  afterAll(() => test.drop());

  async function owned(): Promise<Owned> {
    const id = randomUUID();
    const start = { deployment: id, transaction: id, project: 'p', cluster: 'c', nodes: [], graph: { kind: 'inline' } };
    await store.accept(randomUUID(), start as unknown as StartDeployment, new Uint8Array());
    const taken = await store.takeOver('e', 60_000, 10, false);
    return { id, epoch: taken.find(({ deployment }) => deployment === id)?.epoch ?? 0 };
  }
  const settle = ({ id, epoch }: Owned, pool: string, held: number, waiting: number) =>
    store.settlePool('e', id, epoch, pool, { held, waiting });
  const end = ({ id, epoch }: Owned) =>
    store.append(
      ...(['e', id, epoch, [{ type: 'accepted', seq: 1, at: 1 }], [], { status: 'succeeded', free: true }] as const),
    );
  const poolOf = async (name: string) => (await store.pools({ project: 'p' })).find(({ pool }) => pool === name);

  it('serve whoever asked first', async () => {
    const [a, b, c] = [await owned(), await owned(), await owned()];
    await store.setPool('p', 'fifo', 2, 1);
    expect(await settle(a, 'fifo', 0, 3)).toEqual({ held: 2, waiting: 1, othersGained: false });
    expect(await settle(b, 'fifo', 0, 1)).toEqual({ held: 0, waiting: 1, othersGained: false });
    expect(await settle(c, 'fifo', 0, 1)).toEqual({ held: 0, waiting: 1, othersGained: false });
    // One use has ended: its own third asked before anybody else, and then it is the next one's turn.
    expect(await settle(a, 'fifo', 1, 1)).toEqual({ held: 2, waiting: 0, othersGained: false });
    expect(await settle(a, 'fifo', 1, 1)).toEqual({ held: 1, waiting: 1, othersGained: true });
    expect(await store.pools({ deployment: a.id })).toEqual(await store.pools({ project: 'p' }));
    expect(await settle(b, 'fifo', 0, 0)).toEqual({ held: 1, waiting: 0, othersGained: false });
    expect(await settle(b, 'fifo', 0, 0)).toEqual({ held: 0, waiting: 0, othersGained: true });
    expect(await poolOf('fifo')).toMatchObject({
      slots: 2,
      holders: [
        { deployment: a.id, transaction: a.id, cluster: 'c', slots: 1, since: expect.stringMatching(/^20.*Z$/) },
        { deployment: c.id, slots: 1 },
      ],
      waiting: [{ deployment: a.id, slots: 1 }],
    });
  });

  it('have no slots before they are set, and keep the newest setting', async () => {
    const a = await owned();
    expect(await settle(a, 'late', 0, 1)).toEqual({ held: 0, waiting: 1, othersGained: false });
    await store.setPool('p', 'late', 1, 2);
    await store.setPool('p', 'late', 5, 1);
    // What was granted meanwhile is told, and does not go back unused or have another one asked for.
    expect(await settle(a, 'late', 0, 1)).toMatchObject({ held: 1, waiting: 0 });
    expect(await poolOf('late')).toMatchObject({ slots: 1 });
  });

  it('take nothing from whoever holds more than there is, and give nothing until enough came back', async () => {
    const [a, b] = [await owned(), await owned()];
    await store.setPool('p', 'less', 3, 1);
    expect(await settle(a, 'less', 0, 3)).toMatchObject({ held: 3 });
    await store.setPool('p', 'less', 1, 2);
    expect(await settle(b, 'less', 0, 1)).toMatchObject({ held: 0 });
    expect(await settle(a, 'less', 1, 0)).toMatchObject({ held: 1, othersGained: false });
    expect(await settle(a, 'less', 0, 0)).toMatchObject({ held: 0, othersGained: true });
  });

  it('get everything back when a deployment ends, and answer no older owner', async () => {
    const [a, b] = [await owned(), await owned()];
    await store.setPool('p', 'end', 1, 1);
    expect(await settle(a, 'end', 0, 2)).toMatchObject({ held: 1, waiting: 1 });
    expect(await store.settlePool('e', a.id, a.epoch - 1, 'end', { held: 0, waiting: 0 })).toBe('fenced');
    expect(await store.settlePool('other', a.id, a.epoch, 'end', { held: 0, waiting: 0 })).toBe('fenced');
    await settle(b, 'end', 0, 1);
    await end(a);
    expect(await settle(a, 'end', 0, 1)).toBe('fenced');
    expect(await settle(b, 'end', 0, 1)).toMatchObject({ held: 1 });
  });

  it('are never given out twice, whoever asks at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, owned));
    await store.setPool('p', 'many', 4, 1);
    const held = new Map(all.map((each) => [each, 0]));
    let most = 0;
    await Promise.all(
      all.map(async (each, index) => {
        for (let round = 0; round < 20; round++) {
          const keep = Math.max(0, (held.get(each) ?? 0) - ((round + index) % 2));
          held.set(each, keep);
          const answer = await settle(each, 'many', keep, 2);
          if (answer !== 'fenced') held.set(each, answer.held);
          const stand = await poolOf('many');
          most = Math.max(most, stand?.holders.reduce((sum, { slots }) => sum + slots, 0) ?? 0);
        }
      }),
    );
    expect(most).toBe(4);
  });
});
