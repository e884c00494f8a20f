/**
 * Where Muster keeps what must survive: the database (PostgreSQL, or an embedded one on disk), its migrations,
 * and artifacts by digest. Promises to know no service's tables.
 */
export { answersInTime } from './answers-in-time';
export { type ConnectionOptions, type Database, type DatabaseConfig, openDatabase, type OpenOptions } from './database';
export { type DatabaseFailure, databaseFailure, isTransient } from './database-failure';
export { migrate, type MigrationClass } from './migrate';
export { withTransaction } from './with-transaction';
export {
  type ArtifactDigest,
  ArtifactError,
  type ArtifactFailure,
  type ArtifactStore,
  isDigest,
  type PutOptions,
  type StoredArtifact,
} from './artifacts/artifact-store';
export { createArtifactTables } from './artifacts/create-artifact-tables';
export { FolderArtifactStore } from './artifacts/folder-artifact-store';
export { removeUnused } from './artifacts/remove-unused';
export { PostgresArtifactStore } from './artifacts/postgres-artifact-store';
export { statementLimit } from './statement-limit';
