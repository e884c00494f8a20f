import { createHash } from 'node:crypto';
import { removeUnused } from './remove-unused';
import type { ArtifactStore } from './artifact-store';

/** A store, and what is done behind its back. */
interface StoreOnTrial {
  readonly store: ArtifactStore;
  /** Changes stored bytes. */
  damage(digest: string): Promise<void>;
  /** Makes all that is stored an hour older. */
  letAnHourPass(): Promise<void>;
  stop(): Promise<void>;
}

/** What every artifact store must do. */
export function describeArtifactContract(name: string, start: () => Promise<StoreOnTrial>): void {
  describe(`artifacts in ${name}`, () => {
    let store: ArtifactStore;
    let damage: StoreOnTrial['damage'];
    let letAnHourPass: StoreOnTrial['letAnHourPass'];
    let stop: () => Promise<void>;
    beforeAll(async () => {
      ({ store, damage, letAnHourPass, stop } = await start());
    });
    afterAll(() => stop());

    it.each([
      ['nothing', 0],
      ['a little', 10],
      ['exactly one chunk', 512 * 1024],
      ['several chunks', 1_300_000],
    ])('are what was put: %s', async (_what, size) => {
      const bytes = someBytes(size);
      expect(await store.put(bytes)).toEqual({ digest: digestOf(bytes), size });
      expect(await store.size(digestOf(bytes))).toBe(size);
      expect((await read(store, digestOf(bytes))).equals(bytes)).toBe(true);
    });

    it('take content in pieces of any size', async () => {
      const bytes = someBytes(700_000);
      const { digest } = await store.put(pieces(bytes, [1, 0, 99_999, 600_000]));
      expect(digest).toBe(digestOf(bytes));
      expect((await read(store, digest)).equals(bytes)).toBe(true);
    });

    it('are kept once, however often and however many at once put them', async () => {
      const bytes = someBytes(600_001);
      await Promise.all([store.put(bytes), store.put(bytes), store.put(bytes)]);
      await store.put(bytes);
      expect((await read(store, digestOf(bytes))).equals(bytes)).toBe(true);
      expect((await listed(store)).filter((digest) => digest === digestOf(bytes))).toHaveLength(1);
      expect(await store.removeUnfinished(0)).toBe(0);
    });

    it('are refused when they are not what was expected, or too large, and leave nothing', async () => {
      const bytes = someBytes(600_002);
      await expect(store.put(bytes, { expect: digestOf(someBytes(1)) })).rejects.toMatchObject({ failure: 'mismatch' });
      await expect(store.put(bytes, { bytesMax: 600_001 })).rejects.toMatchObject({ failure: 'too-large' });
      expect(await store.size(digestOf(bytes))).toBeNull();
      expect(await store.removeUnfinished(0)).toBe(0);
      await store.put(bytes, { expect: digestOf(bytes), bytesMax: 600_002 });
    });

    it('are not there when their source fails half way', async () => {
      async function* broken(): AsyncIterable<Uint8Array> {
        yield someBytes(600_003);
        throw new Error('the sender went away');
      }
      await expect(store.put(broken())).rejects.toThrow('the sender went away');
      expect(await store.removeUnfinished(0)).toBe(0);
    });

    it('that are missing, or cannot be, are told at once', async () => {
      for (const digest of [digestOf(someBytes(3)), 'sha256:../../../etc/passwd', '']) {
        await expect(store.open(digest)).rejects.toMatchObject({ failure: 'missing' });
        expect(await store.size(digest)).toBeNull();
        await store.delete(digest, -1000);
        expect(await store.renew(digest)).toBe(false);
      }
    });

    it('that were damaged are never read as whole', async () => {
      const bytes = someBytes(600_004);
      await store.put(bytes);
      await damage(digestOf(bytes));
      await expect(read(store, digestOf(bytes))).rejects.toMatchObject({ failure: 'damaged' });
    });

    it('are gone when deleted, and can be put again', async () => {
      const bytes = someBytes(11);
      await store.put(bytes);
      await store.delete(digestOf(bytes), -1000);
      expect(await store.size(digestOf(bytes))).toBeNull();
      expect(await listed(store)).not.toContain(digestOf(bytes));
      await store.put(bytes);
      expect((await read(store, digestOf(bytes))).equals(bytes)).toBe(true);
    });

    it('are left alone by retention while they are used, young, or put or renewed lately', async () => {
      const [used, again, renewed, unused] = [1301, 1302, 1303, 1304].map(someBytes) as [
        Buffer,
        Buffer,
        Buffer,
        Buffer,
      ];
      for (const bytes of [used, again, renewed, unused]) await store.put(bytes);
      expect(await removeUnused(store, new Set(), 3_600_000)).toBe(0);
      await letAnHourPass();
      await store.put(again);
      expect(await store.renew(digestOf(renewed))).toBe(true);
      // As a removal would that has listed it before.
      const halfAnHourMs = 1_800_000;
      await store.delete(digestOf(again), halfAnHourMs);
      await removeUnused(store, new Set([digestOf(used)]), halfAnHourMs);
      const left = await Promise.all([used, again, renewed, unused].map((bytes) => store.size(digestOf(bytes))));
      expect(left).toEqual([used.length, again.length, renewed.length, null]);
      expect((await read(store, digestOf(again))).equals(again)).toBe(true);
    });

    it('are listed for retention once they are old enough', async () => {
      const bytes = someBytes(12);
      await store.put(bytes);
      expect(await listed(store)).toContain(digestOf(bytes));
      expect(await listed(store, 7_200_000)).toEqual([]);
    });
  });
}

async function listed(store: ArtifactStore, olderThanMs = -1000): Promise<string[]> {
  const digests: string[] = [];
  for await (const { digest } of store.list(olderThanMs)) digests.push(digest);
  return digests;
}

async function read(store: ArtifactStore, digest: string): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of await store.open(digest)) all.push(piece);
  return Buffer.concat(all);
}

async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncIterable<Uint8Array> {
  let from = 0;
  for (const size of sizes) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
  yield bytes.subarray(from);
}

/** Bytes that differ for each size. */
function someBytes(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, index) => (index * 31 + size) % 251));
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
