import { chmod, mkdir, stat } from 'node:fs/promises';
import { problem, ProblemsError } from '@muster/problems';

/** Makes the folder if need be and closes it to everybody else. Fails with `ProblemsError` (`STORAGE_FOLDER_UNUSABLE`). */
export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (((await stat(folder)).mode & 0o777) !== 0o700) await chmod(folder, 0o700);
  } catch (error) {
    const summary = error instanceof Error ? error.message : String(error);
    throw new ProblemsError([problem('STORAGE_FOLDER_UNUSABLE', { subject: `data folder ${folder}`, summary })]);
  }
}
