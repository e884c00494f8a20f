import { chmod, mkdir } from 'node:fs/promises';
import { problem, ProblemsError } from '@muster/problems';

/** Makes the data folder if it is not there, for this user only. Fails with `ProblemsError` when it cannot be used. */
export async function prepareDataFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await chmod(dataDir, 0o700);
  } catch (error) {
    const summary = (error as Error).message;
    const remedy = 'Name a folder that this user may write to, on a disk that lasts.';
    throw new ProblemsError([problem('CONFIG_INVALID', { subject: 'MUSTER_DATA_DIR', summary, remedy })]);
  }
}
