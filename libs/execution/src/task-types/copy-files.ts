import type { Operation, OperationFile } from '../ports/node-port';
import type { TaskToCompile } from './task-to-compile';
import { bundleFile, bundleFolder, delivered, fromMaster, isAbsolute, isElsewhere, lastPart } from './files-of-task';
import { objectsParameter, permissions, stringParameter } from './parameter';
import { placeFunctions, placeLine } from './place-file';
import { rsyncLine } from './rsync';
import { shellQuote } from './shell-quote';

/**
 * Each `src` (a file, or a folder with all below it) to its `dst` on the node. It is the bundle's; with a leading `/` the
 * master node's; `rsync://` is fetched by the node itself. A `dst` that ends in `/` is the folder for a file.
 */
export function copyFiles(it: TaskToCompile): Operation {
  const mode = permissions(it.parameters, 'permissions');
  const folderMode = permissions(it.parameters, 'dir_permissions');
  const files: OperationFile[] = [];
  const lines: string[] = [];
  for (const [index, entry] of objectsParameter(it.parameters, 'files').entries()) {
    const src = stringParameter(entry, 'src');
    const dst = stringParameter(entry, 'dst');
    if (!isElsewhere(src)) {
      for (const { from, to } of targets(it, src, dst)) {
        const name = `content/${files.length}`;
        files.push(delivered(from, name));
        lines.push(placeLine(name, to, mode ?? (from.executable ? '755' : null), folderMode));
      }
      continue;
    }
    const name = `fetched/${index}`;
    if (isAbsolute(src)) {
      files.push(fromMaster(it, src, `${name}.tar`));
      lines.push(unpack(name), placeTree(`${name}/${lastPart(src)}`, dst, mode, folderMode));
    } else {
      // One name for what comes, be it a file or a folder.
      lines.push(rsyncLine(src, `${name}/it`, 'copy'), placeTree(`${name}/it`, dst, mode, folderMode, lastPart(src)));
    }
  }
  const script = [placeFunctions(it.noop), PLACE_TREE, ...lines, 'report', ''].join('\n');
  return { kind: 'command', script, files, env: {}, cwd: null };
}

/** Lines that unpack `name.tar` into the folder `name`, both in the attempt's folder. */
export function unpack(name: string): string {
  const folder = `"$MUSTER_ATTEMPT_DIR"/${name}`;
  return `mkdir -p ${folder}\n(cd ${folder} && tar -xf ../${name.split('/').at(-1) ?? name}.tar)`;
}

/**
 * `place_tree FROM TO NAME MODE FOLDER_MODE`: a file, or all files of a folder; without MODE each keeps its own. NAME is what a
 * file is called where TO ends in a slash.
 */
const PLACE_TREE = `place_tree() {
  if [ -f "$MUSTER_ATTEMPT_DIR/$1" ]; then
    case $2 in */) to=$2$3 ;; *) to=$2 ;; esac
    place "$1" "$to" "\${4:-$(stat -c %a -- "$MUSTER_ATTEMPT_DIR/$1")}" "$5"
    return
  fi
  list=$MUSTER_ATTEMPT_DIR/$1.list
  (cd -- "$MUSTER_ATTEMPT_DIR/$1" && find . -type f) >"$list"
  while IFS= read -r file; do
    file=\${file#./}
    place "$1/$file" "\${2%/}/$file" "\${4:-$(stat -c %a -- "$MUSTER_ATTEMPT_DIR/$1/$file")}" "$5"
  done <"$list"
}`;

function placeTree(
  from: string,
  dst: string,
  mode: string | null,
  folderMode: string | null,
  name = lastPart(from),
): string {
  return `place_tree ${[from, dst, name, mode ?? '', folderMode ?? ''].map(shellQuote).join(' ')}`;
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
