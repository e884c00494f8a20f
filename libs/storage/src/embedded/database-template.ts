import { existsSync, readFileSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where the build leaves an empty database, from both `src` and `dist`. */
export const DATABASE_TEMPLATE = join(__dirname, '..', '..', 'template');

/**
 * Puts the empty database that the build has made into `folder`, which costs a tenth of making one. Does nothing if something
 * stands there already, and if there is no template, or one of another version: then whoever opens the folder makes it.
 * It is there whole or not at all, whenever the process ends; what an earlier one left unfinished is removed.
 */
export async function copyDatabaseTemplate(folder: string, template = DATABASE_TEMPLATE): Promise<void> {
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  if (existsSync(folder) || !isOfThisVersion(template)) return;
  await cp(join(template, 'pgdata'), unfinished, { recursive: true });
  await rename(unfinished, folder);
}

function isOfThisVersion(template: string): boolean {
  const made = join(template, 'made.json');
  return existsSync(made) && versionIn(made, 'pglite') === versionIn(packageFile(), 'version');
}

/** PGlite's; it does not export it. */
const packageFile = (): string => join(dirname(require.resolve('@electric-sql/pglite')), '..', 'package.json');

const versionIn = (file: string, key: string): unknown =>
  (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)[key];
