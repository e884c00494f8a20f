import type { CatalogueEntry } from './entry';

export const storageProblems = {
  STORAGE_FOLDER_IN_USE: {
    severity: 'error',
    meaning: 'Another process uses the data folder.',
    remedy: 'Stop the other process, or give this one a data folder of its own (MUSTER_DATA_DIR).',
  },
  STORAGE_FOLDER_UNUSABLE: {
    severity: 'error',
    meaning: 'The data folder cannot be made, written or kept to ourselves.',
    remedy: 'Give a folder that this user owns and may write (MUSTER_DATA_DIR).',
  },
  STORAGE_UNREACHABLE: {
    severity: 'error',
    meaning: 'The database does not let us in.',
    remedy: 'Check that PostgreSQL runs and that MUSTER_DATABASE_URL names its host, account and database.',
  },
} as const satisfies Record<string, CatalogueEntry>;
