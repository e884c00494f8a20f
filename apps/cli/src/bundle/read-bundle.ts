import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { BundleEntry, ParseBundleOptions, ParsedBundle } from '@muster/catalog';
import { problem, type Problem, ProblemsError } from '@muster/problems';
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
  const problems: Problem[] = [];
  for (const file of files) entries.push(await readEntry(file, isBundleText(file.path), problems));
  const isNamed = files.some(({ path }) => path === 'release.yaml' || path === 'plugin.yaml');
  const parsed = parseBundle(entries, options);
  return {
    bundle: problems.length > 0 ? null : parsed.bundle,
    readable: parsed.readable,
    problems: [...problems, ...parsed.problems],
    isNamed,
  };
}

async function readEntry(file: FolderFile, isText: boolean, problems: Problem[]): Promise<BundleEntry> {
  const { path, size, executable } = file;
  try {
    if (!isText)
      return { path, size, executable, digest: path.startsWith('files/') ? await digestOf(file.absolute) : '' };
    const bytes = await readFile(file.absolute);
    if (isUtf8(bytes)) return { path, size, executable, text: bytes.toString() };
    problems.push(
      problem('YAML_INVALID', {
        subject: `file ${path}`,
        summary: 'is not UTF-8 text',
        remedy: 'Save the file as UTF-8.',
        place: { file: path },
      }),
    );
    return { path, size, executable, text: '' };
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
