import type { MigrationClass } from '@muster/storage';
import { FirstTables1763700000000 } from './1763700000000-first-tables';

/** In the order of their making; each is run once, all of what is new in one database transaction. */
export const migrations: readonly MigrationClass[] = [FirstTables1763700000000];
