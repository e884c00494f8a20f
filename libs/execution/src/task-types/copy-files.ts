import type { Operation, OperationFile } from '../ports/node-port';
import { unknownInNoop, type TaskToCompile } from './task-to-compile';
import { bundleFile, bundleFolder, delivered, isAbsolute } from './files-of-task';
import { objectsParameter, ParameterWrong, permissions, stringParameter } from './parameter';
import { placeFile } from './place-file';

/** Each `src` of the bundle (a file, or a folder with all below it) to its `dst` on the node. */
export function copyFiles(it: TaskToCompile): Operation {
  const mode = permissions(it.parameters, 'permissions');
  const folderMode = permissions(it.parameters, 'dir_permissions');
  const files: OperationFile[] = [];
  const lines: string[] = [];
  for (const entry of objectsParameter(it.parameters, 'files')) {
    const src = stringParameter(entry, 'src');
    const dst = stringParameter(entry, 'dst');
    if (isAbsolute(src))
      throw new ParameterWrong(`src ${src} lies on the master node, which executors of this version do not copy from`);
    for (const { from, to } of targets(it, src, dst)) {
      const name = `content/${files.length}`;
      files.push(delivered(from, name));
      lines.push(placeFile(name, to, mode ?? (from.executable ? '0755' : null), folderMode));
    }
  }
  if (it.noop) return unknownInNoop(it);
  return { kind: 'command', script: `set -eu\n${lines.join('\n')}\n`, files, env: {}, cwd: null };
}

function targets(it: TaskToCompile, src: string, dst: string): { from: ReturnType<typeof bundleFile>; to: string }[] {
  const isFile = it.task.files.some((file) => file.path === src.replace(/^(\.\/)+/, ''));
  if (isFile) {
    const name = src.split('/').at(-1) ?? src;
    return [{ from: bundleFile(it.task, src), to: dst.endsWith('/') ? `${dst}${name}` : dst }];
  }
  return bundleFolder(it.task, src).map(({ relative, file }) => ({
    from: file,
    to: `${dst.replace(/\/+$/, '')}/${relative}`,
  }));
}
