import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { BundleEntry, ParseBundleOptions, ParsedBundle } from '@muster/catalog';
import { problem, ProblemsError } from '@muster/problems';
import { listBundleFolder, type FolderFile } from './bundle-folder';

export interface ReadBundle extends ParsedBundle {
  /** False: there is no manifest, so name and version are made up. */
  readonly isNamed: boolean;
}

/** A bundle folder, read and checked as publishing does. Fails with `ProblemsError` when the folder itself cannot be read. */
export async function readBundle(cwd: string, dir: string, options: ParseBundleOptions = {}): Promise<ReadBundle> {
  const { isBundleText, parseBundle } = await import('@muster/catalog');
  const { files } = await listBundleFolder(cwd, dir);
  const entries: BundleEntry[] = [];
  for (const file of files) entries.push(await readEntry(file, isBundleText(file.path)));
  const isNamed = files.some(({ path }) => path === 'release.yaml' || path === 'plugin.yaml');
  return { ...parseBundle(entries, options), isNamed };
}

async function readEntry(file: FolderFile, isText: boolean): Promise<BundleEntry> {
  const { path, size, executable } = file;
  try {
    if (isText) return { path, size, executable, text: await readFile(file.absolute, 'utf8') };
    return { path, size, executable, digest: path.startsWith('files/') ? await digestOf(file.absolute) : '' };
  } catch (error) {
    throw new ProblemsError([
      problem('LOCAL_FILE', { subject: `file ${path}`, summary: (error as Error).message, place: { file: path } }),
    ]);
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return `sha256:${hash.digest('hex')}`;
}
