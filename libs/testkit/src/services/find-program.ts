import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Folders of system programs that an ordinary user's PATH leaves out. */
const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Full path of an executable; null if it is nowhere. */
export async function findProgram(name: string, folders: readonly string[] = []): Promise<string | null> {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, ...path, ...systemFolders]) {
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return null;
}

/** Folders `root/<version>/tail`, newest version first; empty if there is no `root`. */
export async function versionedFolders(root: string, pattern: RegExp, tail: string): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  return names
    .filter((name) => pattern.test(name))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(root, name, tail));
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
