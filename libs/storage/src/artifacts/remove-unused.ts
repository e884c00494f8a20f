import type { ArtifactStore } from './artifact-store';

/**
 * Retention: removes what is older than `olderThanMs` and not in `used`, and what puts that never finished have left.
 * Safe beside puts and renewals of the same content. Gives how many artifacts it looked at for removal.
 */
export async function removeUnused(
  store: ArtifactStore,
  used: ReadonlySet<string>,
  olderThanMs: number,
): Promise<number> {
  let removed = 0;
  for await (const { digest } of store.list(olderThanMs)) {
    if (used.has(digest)) continue;
    await store.delete(digest, olderThanMs);
    removed += 1;
  }
  await store.removeUnfinished(olderThanMs);
  return removed;
}
