import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { byCodeUnit } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';

/** One regular file of a bundle folder. */
export interface FolderFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly absolute: string;
  readonly size: number;
  readonly executable: boolean;
}

export interface BundleFolder {
  /** Sorted by path, by code unit. */
  readonly files: readonly FolderFile[];
  /** Names at the top that are no part of a bundle. */
  readonly leftOut: readonly string[];
}

/** What a bundle consists of; everything else beside it (a README, a cluster file) is not published. */
const PARTS = new Set([
  'release.yaml',
  'plugin.yaml',
  'tasks.yaml',
  'tasks',
  'graphs',
  'validations.yaml',
  'validations',
  'files',
]);

export const BUNDLE_FILES_MAX = 50_000;
export const BUNDLE_BYTES_MAX = 1024 ** 3;

/**
 * Lists the files of a bundle folder.
 * Fails with `ProblemsError`, naming all of them at once: no folder, links, devices, too many or too large files.
 */
export async function listBundleFolder(cwd: string, dir: string): Promise<BundleFolder> {
  const root = resolve(cwd, dir);
  const files: FolderFile[] = [];
  const problems: Problem[] = [];
  const leftOut: string[] = [];
  let bytes = 0;

  const visit = async (path: string): Promise<void> => {
    const absolute = join(root, path);
    const found = await lstat(absolute);
    if (found.isDirectory()) {
      for (const name of await sortedNames(absolute)) {
        if (files.length > BUNDLE_FILES_MAX) return;
        await visit(`${path}/${name}`);
      }
    } else if (found.isFile()) {
      bytes += found.size;
      files.push({ path, absolute, size: found.size, executable: (found.mode & 0o111) !== 0 });
    } else {
      problems.push(
        problem('LOCAL_BUNDLE_LINK', {
          subject: `bundle ${dir}`,
          summary: found.isSymbolicLink()
            ? 'a symbolic link is in the bundle'
            : 'something that is neither file nor folder is in the bundle',
          place: { file: path },
        }),
      );
    }
  };

  for (const name of await topNames(root, dir)) {
    if (PARTS.has(name)) await visit(name);
    else if (!name.startsWith('.')) leftOut.push(name);
  }
  if (files.length > BUNDLE_FILES_MAX || bytes > BUNDLE_BYTES_MAX) {
    problems.push(
      problem('LOCAL_BUNDLE_TOO_LARGE', {
        subject: `bundle ${dir}`,
        summary: `at most ${BUNDLE_FILES_MAX} files of ${BUNDLE_BYTES_MAX / 1024 ** 2} MiB together are taken`,
      }),
    );
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return { files, leftOut };
}

async function topNames(root: string, dir: string): Promise<readonly string[]> {
  try {
    return await sortedNames(root);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const summary =
      code === 'ENOENT'
        ? 'there is no such folder'
        : code === 'ENOTDIR'
          ? 'it is not a folder'
          : (error as Error).message;
    throw new ProblemsError([problem('LOCAL_FILE', { subject: `bundle ${dir}`, summary, place: { file: dir } })]);
  }
}

async function sortedNames(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).sort(byCodeUnit);
}
