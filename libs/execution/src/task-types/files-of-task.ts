import type { BundleFile, GraphTask } from '@muster/model';
import type { OperationFile } from '../ports/node-port';
import { ParameterWrong } from './parameter';
import type { TaskToCompile } from './task-to-compile';

/** True for a path on the nodes (or, for sources, on the master node); false for one in the bundle. */
export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** The one file of the bundle at `path`. */
export function bundleFile(task: GraphTask, path: string): BundleFile {
  const file = task.files.find((each) => each.path === normalised(path));
  if (!file) throw new ParameterWrong(`the bundle has no file ${path} in files/`);
  return file;
}

/** The files of the bundle below the folder `path`, with their paths relative to it; never empty. */
export function bundleFolder(
  task: GraphTask,
  path: string,
): readonly { readonly relative: string; readonly file: BundleFile }[] {
  const prefix = normalised(path) === '' ? '' : `${normalised(path)}/`;
  const found = task.files
    .filter((each) => each.path.startsWith(prefix))
    .map((file) => ({ relative: file.path.slice(prefix.length), file }));
  if (found.length === 0) throw new ParameterWrong(`the bundle has no folder ${path} in files/`);
  return found;
}

/** The file as it is delivered to `path` in the attempt's folder. */
export function delivered(file: BundleFile, path: string): OperationFile {
  return { path, mode: file.executable ? 0o700 : 0o600, content: { artifact: file.digest, size: file.size } };
}

function normalised(path: string): string {
  return path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
}

/** True for what is not the bundle's: a path on the master node, or an rsync address that the node itself asks. */
export function isElsewhere(src: string): boolean {
  return isAbsolute(src) || isRsync(src);
}

export function isRsync(src: string): boolean {
  return src.startsWith('rsync://');
}

/** What is at `src` on the master node, as the tar `path` in the attempt's folder; its last part is the one entry. */
export function fromMaster(it: TaskToCompile, src: string, path: string): OperationFile {
  if (it.master === null)
    throw new ParameterWrong(`src ${src} lies on the master node, and the cluster names none (\`master\`)`);
  return { path, content: { from: it.master, tar: src } };
}

/** The last part of a path, as `tar` names what is there. */
export function lastPart(path: string): string {
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  if (name === '' || name === '.' || name === '..') throw new ParameterWrong(`src ${path} has no name of its own`);
  return name;
}
