import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where the build leaves an empty database, from both `src` and `dist`. */
export const DATABASE_TEMPLATE = join(__dirname, '..', '..', 'template');

/**
 * Puts the empty database that the build has made into `folder`, which costs a tenth of making one. Does nothing if something
 * stands there already, and if there is no template that can be copied, or one of another version: then whoever opens the folder makes it.
 * It is there whole or not at all, whenever the process ends; what an earlier one left unfinished is removed.
 */
export async function copyDatabaseTemplate(folder: string, template = DATABASE_TEMPLATE): Promise<void> {
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  if (existsSync(folder) || !isOfThisVersion(template)) return;
  try {
    await copyFolder(join(template, 'pgdata'), unfinished);
    await rename(unfinished, folder);
  } catch {
    // What stands in its way is told by whoever makes it, if it still does.
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** As PostgreSQL makes it: nobody else's, and to be written, also where what is installed is for reading alone. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target);
    else await copyFile(source, target).then(() => chmod(target, 0o600));
  }
}

function isOfThisVersion(template: string): boolean {
  const made = join(template, 'made.json');
  return existsSync(made) && versionIn(made, 'pglite') === versionIn(packageFile(), 'version');
}

/** PGlite's; it does not export it. */
const packageFile = (): string => join(dirname(require.resolve('@electric-sql/pglite')), '..', 'package.json');

const versionIn = (file: string, key: string): unknown =>
  (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)[key];
