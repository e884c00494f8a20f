import type { CatalogueEntry } from './index';

export const bundleProblems = {
  BUNDLE_DUPLICATE_KEY: { severity: 'warning', meaning: 'A mapping repeats a key; the last one wins.', remedy: 'Remove one of the two.' },
  BUNDLE_EXISTS: { severity: 'error', meaning: 'A release or plugin of that name and version is published with other content.', remedy: 'Published content is immutable: raise the version.' },
} as const satisfies Record<string, CatalogueEntry>;
