import type { BundleFile, GraphTask } from '@muster/model';
import type { OperationFile } from '../ports/node-port';
import { ParameterWrong } from './parameter';

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
