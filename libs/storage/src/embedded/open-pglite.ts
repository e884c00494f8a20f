import { PGlite } from '@electric-sql/pglite';
import { problem, ProblemsError } from '@muster/problems';
import { copyDatabaseTemplate } from './database-template';

/** What the file system says to a program in WebAssembly: a number (WASI's) and no word. */
const FILE_SYSTEM_SAYS: Readonly<Record<number, string>> = {
  2: 'permission denied',
  19: 'the quota of the disk is used up',
  29: 'the disk cannot be read or written',
  51: 'no space is left on the disk',
  54: 'something that is no folder stands in its place',
  69: 'the disk is read-only',
};
const REMEDY =
  'Make room, or mend what is said here, and start again; what was stored stays. A folder that is damaged is replaced by its backup.';

/** Opens the database in `folder`, made if need be. Fails with `ProblemsError` (`STORAGE_FOLDER_UNUSABLE`). */
export async function openPglite(folder: string, template?: string): Promise<PGlite> {
  try {
    await copyDatabaseTemplate(folder, template);
    return await PGlite.create(folder);
  } catch (error) {
    const summary = `the database in it cannot be opened: ${describe(error)}`;
    throw new ProblemsError([
      problem('STORAGE_FOLDER_UNUSABLE', { subject: `data folder ${folder}`, summary, remedy: REMEDY }),
    ]);
  }
}

function describe(error: unknown): string {
  if (error instanceof Error) return error.message;
  const errno = (error as { errno?: unknown } | null)?.errno;
  if (typeof errno !== 'number') return String(error);
  return FILE_SYSTEM_SAYS[errno] ?? `error ${errno} of the file system`;
}
