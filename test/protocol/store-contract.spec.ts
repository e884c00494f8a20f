import { randomUUID } from 'node:crypto';
import type { DeploymentStore } from '@muster/execution';
import type { DeploymentEvent } from '@muster/model';
import { problem } from '@muster/problems';
import type { ControlDeployment, StartDeployment } from '@muster/protocol';
import { type Database, migrate, openDatabase } from '@muster/storage';
import { createTestDatabase, type TestDatabase, waitUntil } from '@muster/testkit';
import { EXECUTOR_MIGRATIONS } from '../../apps/executor/src/store/executor-migrations';
import { PgDeploymentStore } from '../../apps/executor/src/store/pg-deployment-store';
import { StoreModel, storePort } from './store-model';

const LEASE_MS = 60_000;

/** A lease that has passed once the store is asked again. */
const PASSED_MS = -1000;

/** What the store has to keep, whichever it is: the simulation of the protocol is worth what its model of the store is worth. */
function storeContract(
  name: string,
  open: () => Promise<{ store: DeploymentStore; close: () => Promise<void> }>,
): void {
  describe(`the store of deployments: ${name}`, () => {
    let store: DeploymentStore;
    let close: () => Promise<void>;

    beforeAll(async () => {
      ({ store, close } = await open());
    });
    afterAll(() => close());
    // What a test leaves would be taken over in the next, and the executors that it has seen would have their share.
    afterEach(async () => {
      for (const { start } of await store.takeOver('nobody', LEASE_MS, 1000, true))
        await store.closeTransaction(start.transaction, [], null, []);
    });

    const startOf = (machines: readonly string[], transaction: string = randomUUID()): StartDeployment =>
      ({
        ...{ deployment: randomUUID(), transaction, project: 'p', cluster: 'c' },
        graph: { kind: 'inline', gzip: '' },
        nodes: machines.map((machine) => ({ name: `name-of-${machine}`, machine })),
      }) as unknown as StartDeployment;
    const events = (from: number, to: number): DeploymentEvent[] =>
      Array.from({ length: to - from + 1 }, (_, index) => ({
        ...{ type: 'retry-due', task: 'a@n1' },
        ...{ seq: from + index, at: 1 },
      }));
    const seqs = async (id: string): Promise<number[]> => (await store.events(id, 1, 1000)).map(({ seq }) => seq);
    const machine = (): string => `m-${randomUUID()}`;
    const cancel = (deployment: string): ControlDeployment => ({ deployment, verb: 'cancel', who: 'w', why: null });
    const ended = { status: 'succeeded', free: true };

    async function accepted(machines: readonly string[] = [], transaction?: string): Promise<string> {
      const start = startOf(machines, transaction);
      expect(await store.accept(randomUUID(), start, new Uint8Array([1, 2]))).toEqual({ kind: 'accepted' });
      return start.deployment;
    }

    async function taken(id: string, executor: string, leaseMs = LEASE_MS): ReturnType<typeof find> {
      return find(id, await store.takeOver(executor, leaseMs, 1000, false));
    }
    async function find(
      id: string,
      list: Awaited<ReturnType<DeploymentStore['takeOver']>>,
    ): Promise<Awaited<ReturnType<DeploymentStore['takeOver']>>[number] | null> {
      return list.find(({ deployment }) => deployment === id) ?? null;
    }

    it('accepts a command once, and keeps what it was refused for', async () => {
      const [command, other] = [randomUUID(), randomUUID()];
      const start = startOf([machine()]);
      expect(await store.accept(command, start, new Uint8Array())).toEqual({ kind: 'accepted' });
      expect(await store.accept(command, start, new Uint8Array())).toEqual({ kind: 'repeated' });
      expect(await store.accept(randomUUID(), start, new Uint8Array())).toEqual({ kind: 'repeated' });
      const problems = [problem('API_INVALID', { subject: 's', summary: 't' })];
      expect(await store.refuse(other, problems)).toEqual(problems);
      expect(await store.accept(other, startOf([]), new Uint8Array())).toEqual({ kind: 'refused', problems });
      expect(await store.refuse(command, problems)).toEqual([]);
    });

    it('claims all machines for one transaction or none, until its end', async () => {
      const [first, second] = [machine(), machine()];
      const id = await accepted([first]);
      const refused = await store.accept(randomUUID(), startOf([second, first]), new Uint8Array());
      expect(refused).toMatchObject({ kind: 'refused', problems: [{ code: 'DEPLOY_NODE_CLAIMED' }] });
      await accepted([second]);
      const owned = await taken(id, 'e1');
      expect(await store.append('e1', id, owned?.epoch ?? 0, events(1, 1), [], ended)).toBe('stored');
      await accepted([first]);
    });

    it('claims no machine that others are only reached through, whoever claims it', async () => {
      const bastion = machine();
      const behind = (): StartDeployment => {
        const start = startOf([machine(), bastion]);
        return {
          ...start,
          nodes: start.nodes.map((node) => (node.machine === bastion ? { ...node, isOnlyJump: true as const } : node)),
        };
      };
      for (const start of [behind(), behind()])
        expect(await store.accept(randomUUID(), start, new Uint8Array())).toEqual({ kind: 'accepted' });
      await accepted([bastion]);
      expect(await store.accept(randomUUID(), behind(), new Uint8Array())).toEqual({ kind: 'accepted' });
    });

    it('lets one own a deployment, with a larger epoch and larger tickets each time', async () => {
      const its = machine();
      const id = await accepted([its]);
      const first = await taken(id, 'e1', PASSED_MS);
      expect(first).toMatchObject({ epoch: 1, published: 0, lastSeq: 0 });
      await store.append('e1', id, 1, events(1, 2), [], null);
      await store.markPublished(id, 1);
      const second = await taken(id, 'e2');
      expect(second).toMatchObject({ epoch: 2, published: 1, lastSeq: 2 });
      expect(await store.events(id, 1, 2)).toEqual(events(1, 2));
      expect(second?.tickets.get(its)).toBeGreaterThan(first?.tickets.get(its) ?? 0);
      expect(await taken(id, 'e3')).toBeNull();
      await store.handOver('e1', id, 1);
      expect(await taken(id, 'e3')).toBeNull();
      await store.handOver('e2', id, 2);
      expect(await taken(id, 'e3')).toMatchObject({ epoch: 3 });
    });

    /** How many it takes, and nothing at the next look. */
    async function takes(executor: string, leaseMs = LEASE_MS): Promise<number> {
      const { length } = await store.takeOver(executor, leaseMs, 1000, false);
      if (length > 0) expect(await store.takeOver(executor, leaseMs, 1000, false)).toEqual([]);
      return length;
    }
    const seen = (executor: string): Promise<unknown> => store.renew(executor, LEASE_MS, new Map());

    it('has executors share what is open', async () => {
      await Promise.all([seen('e1'), seen('e2')]);
      for (let count = 0; count < 5; count++) await accepted();
      expect([await takes('e1'), await takes('e2')]).toEqual([3, 2]);
      await accepted();
      expect([await takes('e1'), await takes('e2')]).toEqual([0, 1]);
    });

    it('leaves nothing to others that are gone, and gives one alone everything at once', async () => {
      await Promise.all([seen('e1'), seen('e2')]);
      await accepted();
      expect(await takes('e1')).toBe(1);
      await accepted();
      expect(await takes('e1')).toBe(0);
      await store.leave('e2');
      expect(await takes('e1')).toBe(1);
      for (let count = 0; count < 3; count++) await accepted();
      expect(await takes('e1')).toBe(3);
    });

    it('leaves for a while only what others do not take', async () => {
      await accepted();
      expect(await takes('e1')).toBe(1);
      const left = await accepted();
      await seen('e2');
      expect(await takes('e1')).toBe(0);
      const found = await waitUntil('it is taken all the same', async () => {
        await seen('e2');
        return taken(left, 'e1', 1000);
      });
      expect(found).toMatchObject({ epoch: 1 });
    });

    it('leaves what was handed over to others, and what lost its owner to nobody', async () => {
      await accepted();
      expect(await takes('e1')).toBe(1);
      const [handed, lost] = [await accepted(), await accepted()];
      expect(await store.takeOver('e2', PASSED_MS, 1000, false)).toHaveLength(2);
      await Promise.all([seen('e2'), seen('e3')]);
      await store.handOver('e2', handed, 1);
      expect((await store.takeOver('e1', LEASE_MS, 1000, false)).map(({ deployment }) => deployment)).toEqual([lost]);
      expect(await taken(handed, 'e3')).toMatchObject({ epoch: 2 });
    });

    it('renews what is still owned, and says so', async () => {
      const id = await accepted();
      await taken(id, 'e1', PASSED_MS);
      expect([...(await store.renew('e1', LEASE_MS, new Map([[id, 1]]))).still]).toEqual([id]);
      expect(await taken(id, 'e2')).toBeNull();
      expect([...(await store.renew('e1', LEASE_MS, new Map([[id, 2]]))).still]).toEqual([]);
      expect([...(await store.renew('e2', LEASE_MS, new Map([[id, 1]]))).still]).toEqual([]);
    });

    it('says with a renewal that there may be something to take over or to publish', async () => {
      const id = await accepted();
      const none = new Map<string, number>();
      expect(await store.renew('e1', LEASE_MS, none)).toMatchObject({ mayTakeOver: true });
      await taken(id, 'e1', PASSED_MS);
      await store.append('e1', id, 1, events(1, 1), [], null);
      expect(await store.renew('e2', LEASE_MS, none)).toMatchObject({ mayTakeOver: true, mayPublish: true });
      await taken(id, 'e2');
      await store.handOver('e2', id, 2);
      expect(await store.renew('e1', LEASE_MS, none)).toMatchObject({ mayTakeOver: true, mayPublish: true });
    });

    it('stores a batch once, in order, of the newest owner alone', async () => {
      const id = await accepted();
      await taken(id, 'e1', PASSED_MS);
      expect(await store.append('e1', id, 1, events(1, 3), [], null)).toBe('stored');
      expect(await store.append('e1', id, 1, events(1, 3), [], null)).toBe('stored');
      await expect(store.append('e1', id, 1, events(5, 5), [], null)).rejects.toThrow('begin at 5');
      await taken(id, 'e2');
      expect(await store.append('e1', id, 1, events(4, 4), [], null)).toBe('fenced');
      expect(await store.append('e1', id, 2, events(4, 4), [], null)).toBe('fenced');
      expect(await store.append('e2', id, 2, events(4, 4), [], null)).toBe('stored');
      expect(await seqs(id)).toEqual([1, 2, 3, 4]);
    });

    it('ends a deployment only with every command read', async () => {
      const id = await accepted();
      await taken(id, 'e1');
      const command = randomUUID();
      expect(await store.putCommand(command, cancel(id))).toBe('stored');
      expect(await store.putCommand(command, cancel(id))).toBe('repeated');
      expect(await store.putCommand(randomUUID(), cancel(randomUUID()))).toBe('unknown');
      expect(await store.append('e1', id, 1, events(1, 1), [], ended)).toMatchObject({ unread: [{ id: command }] });
      expect(await seqs(id)).toEqual([]);
      expect(await store.append('e1', id, 1, events(1, 2), [command], ended)).toBe('stored');
      expect(await store.unreadCommands([id])).toEqual(new Map());
      expect(await store.putCommand(randomUUID(), cancel(id))).toBe('ended');
      expect(await store.append('e1', id, 1, events(3, 3), [], null)).toBe('fenced');
    });

    it('tells which events nobody publishes', async () => {
      const id = await accepted();
      await taken(id, 'e1', PASSED_MS);
      const mine = async (): Promise<unknown> =>
        (await store.unpublished(1000)).find(({ deployment }) => deployment === id);
      expect(await mine()).toBeUndefined();
      await store.append('e1', id, 1, events(1, 3), [], null);
      expect(await mine()).toEqual({ deployment: id, published: 0 });
      await store.markPublished(id, 2);
      await store.markPublished(id, 1);
      expect(await mine()).toEqual({ deployment: id, published: 2 });
      await store.renew('e1', LEASE_MS, new Map([[id, 1]]));
      expect(await mine()).toBeUndefined();
      expect(await store.read(id)).toMatchObject({ owner: 'e1', lastSeq: 3 });
      expect(await store.events(id, 2, 9)).toEqual(events(2, 3));
    });

    it('claims a machine once, under whatever name', async () => {
      const [one, other, identity] = [machine(), machine(), `i-${randomUUID()}`];
      const transaction = randomUUID();
      const first = await accepted([one], transaction);
      const second = await accepted([other]);
      expect(await store.takeOver('e1', LEASE_MS, 1000, false)).toHaveLength(2);
      const identify = (id: string, name: string): Promise<unknown> => store.identify('e1', id, 1, name, identity);
      expect(await identify(first, one)).toEqual({ kind: 'identified', ticket: 2 });
      expect(await identify(first, one)).toEqual({ kind: 'identified', ticket: 2 });
      const by = expect.stringContaining(`transaction ${transaction}`);
      expect(await identify(second, other)).toEqual({ kind: 'claimed', by });
      expect(await store.drawTicket(machine(), identity)).toBeNull();
      expect(await store.append('e1', first, 1, events(1, 1), [], ended)).toBe('stored');
      expect(await identify(first, one)).toEqual({ kind: 'fenced' });
      // Past what the machine has seen under its other name.
      expect(await identify(second, other)).toEqual({ kind: 'identified', ticket: 3 });
      expect(await store.identify('e2', second, 1, other, identity)).toEqual({ kind: 'fenced' });
      expect(await store.identify('e1', second, 2, other, identity)).toEqual({ kind: 'fenced' });
      // Known now: the next claim is refused at once.
      const refused = await store.accept(randomUUID(), startOf([one]), new Uint8Array());
      expect(refused).toMatchObject({ kind: 'refused', problems: [{ code: 'DEPLOY_NODE_CLAIMED' }] });
    });

    it('knows a node again that its transaction made anew, and frees the claim under its key of before', async () => {
      const [before, after, transaction, identity] = [machine(), machine(), randomUUID(), randomUUID()];
      const named = (start: StartDeployment, name: string): StartDeployment => ({
        ...start,
        nodes: start.nodes.map((node) => ({ ...node, name })),
      });
      const begin = async (its: string, name: string): Promise<string> => {
        const start = named(startOf([its], transaction), name);
        expect(await store.accept(randomUUID(), start, new Uint8Array())).toEqual({ kind: 'accepted' });
        await taken(start.deployment, 'e1');
        return start.deployment;
      };
      const provision = await begin(before, 'n1');
      expect(await store.identify('e1', provision, 1, before, identity)).toMatchObject({ kind: 'identified' });
      // Another node of the transaction is another node, whatever its machine says.
      const other = machine();
      const stranger = await begin(other, 'n2');
      expect(await store.identify('e1', stranger, 1, other, identity)).toMatchObject({ kind: 'claimed' });
      const next = await begin(after, 'n1');
      expect(await store.identify('e1', next, 1, after, identity)).toMatchObject({ kind: 'identified', ticket: 3 });
      // Held once, under either key.
      for (const its of [before, after])
        expect((await store.accept(randomUUID(), startOf([its]), new Uint8Array())).kind).toBe('refused');
    });

    it('lets one of two names of a machine pass when both are told at once, and asks anew when both are claimed', async () => {
      const pairs = Array.from({ length: 8 }, () => [machine(), machine()] as const);
      const transaction = randomUUID();
      const together = async (id: string): Promise<void> => {
        const asked = pairs.flatMap((pair, index) =>
          pair.map((name) => store.identify('e1', id, 1, name, `i${index}`)),
        );
        const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
        for (let pair = 0; pair < pairs.length; pair++)
          expect(kinds.slice(pair * 2, pair * 2 + 2).sort()).toEqual(['claimed', 'identified']);
      };
      const id = await accepted(pairs.flat(), transaction);
      await taken(id, 'e1');
      await together(id);
      await store.closeTransaction(transaction, [], null, []);
      // Adopted under each name, so that both are known.
      for (const [index, pair] of pairs.entries()) for (const name of pair) await store.drawTicket(name, `i${index}`);
      const [one = '', other = ''] = pairs[0] ?? [];
      await store.drawTicket(one, 'i0');
      await store.drawTicket(one, 'i0');
      const again = await accepted(pairs.flat());
      const tickets = (await taken(again, 'e1'))?.tickets;
      // Whichever is told first, its ticket is past what the machine has seen.
      expect(tickets?.get(other)).toBe(tickets?.get(one));
      await together(again);
    });

    it('closes by force the deployments that it is told of, and leaves a run alone that was begun since', async () => {
      const [its, transaction] = [machine(), randomUUID()];
      const first = await accepted([its], transaction);
      const next = await accepted([its], transaction);
      await store.closeTransaction(transaction, [], [first], []);
      await store.releaseTransaction(transaction, null);
      const left = await store.takeOver('e1', LEASE_MS, 1000, false);
      expect(left.map(({ deployment }) => deployment)).toEqual([next]);
      expect(left[0]?.tickets.has(its)).toBe(true);
      expect((await store.accept(randomUUID(), startOf([its]), new Uint8Array())).kind).toBe('refused');
      await store.closeTransaction(transaction, [], [next], []);
      await accepted([its]);
    });

    it('frees nothing at a word that comes after a further run has begun', async () => {
      const [its, transaction] = [machine(), randomUUID()];
      const ended = async (): Promise<string> => {
        const id = await accepted([its], transaction);
        const owned = await taken(id, 'e1');
        await store.append('e1', id, owned?.epoch ?? 0, events(1, 1), [], { status: 'succeeded', free: false });
        return id;
      };
      const first = await ended();
      const next = await ended();
      await store.releaseTransaction(transaction, first);
      expect((await store.accept(randomUUID(), startOf([its]), new Uint8Array())).kind).toBe('refused');
      await store.releaseTransaction(transaction, next);
      await accepted([its]);
    });

    it('draws tickets for machines that no transaction claims', async () => {
      const its = machine();
      expect(await store.drawTicket(its, `identity-of-${its}`)).toBe(1);
      expect(await store.drawTicket(its, `identity-of-${its}`)).toBe(2);
      const transaction = randomUUID();
      const id = await accepted([its], transaction);
      expect(await store.drawTicket(its, `identity-of-${its}`)).toBeNull();
      const owned = await taken(id, 'e1');
      expect(owned?.tickets.get(its)).toBeGreaterThan(2);
      await store.append('e1', id, owned?.epoch ?? 0, events(1, 1), [], { status: 'failed', free: false });
      expect(await store.drawTicket(its, `identity-of-${its}`)).toBeNull();
      await store.releaseTransaction(transaction, null);
      expect(await store.drawTicket(its, `identity-of-${its}`)).toBeGreaterThan(3);
    });
  });
}

storeContract('on PostgreSQL', async () => {
  const test: TestDatabase = await createTestDatabase();
  const database: Database = await openDatabase({ config: { kind: 'postgres', url: test.url }, name: 'executor' });
  await migrate(database, 'executor', EXECUTOR_MIGRATIONS);
  return {
    store: new PgDeploymentStore(database.pool),
    close: async () => {
      await database.close();
      await test.drop();
    },
  };
});

storeContract('as the simulation of the protocol models it', async () => {
  const model = new StoreModel(() => Date.now(), { appended: () => undefined, owned: () => undefined });
  return { store: storePort(model, async (effect) => effect()), close: async () => undefined };
});
