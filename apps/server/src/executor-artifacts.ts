import type { ExecutorArtifacts } from '@muster/executor';
import { ArtifactError, type ArtifactStore, removeUnused } from '@muster/storage';

/** An artifact store as executors look at it: what is missing is to be fetched, and no failure. */
export function executorArtifacts(store: ArtifactStore): ExecutorArtifacts {
  return {
    put: (content) => store.put(content),
    renew: (digest) => store.renew(digest),
    removeUnused: (used, olderThanMs) => removeUnused(store, used, olderThanMs),
    async open(digest) {
      try {
        return await store.open(digest);
      } catch (error) {
        if (error instanceof ArtifactError && error.failure === 'missing') return null;
        throw error;
      }
    },
  };
}
