import type { CatalogueEntry } from './index';

export const clusterProblems = {
  CLUSTER_UNKNOWN_RELEASE: { severity: 'error', meaning: 'The cluster names a release or plugin that is not published.', remedy: 'Publish it first, or correct the name and version.' },
} as const satisfies Record<string, CatalogueEntry>;
