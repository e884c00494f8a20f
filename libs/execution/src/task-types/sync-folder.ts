import type { Operation, OperationFile } from '../ports/node-port';
import type { TaskToCompile } from './task-to-compile';
import { unpack } from './copy-files';
import { bundleFolder, delivered, fromMaster, isAbsolute, isElsewhere, lastPart } from './files-of-task';
import { ParameterWrong, stringParameter } from './parameter';
import { rsyncLine } from './rsync';
import { shellQuote } from './shell-quote';

/**
 * Makes `dst` on the node what the folder `src` is: what is there beside it goes. Changed as a whole. `src` is the bundle's;
 * with a leading `/` the master node's; `rsync://` is fetched by the node itself.
 */
export function syncFolder(it: TaskToCompile): Operation {
  const src = stringParameter(it.parameters, 'src');
  const dst = stringParameter(it.parameters, 'dst').replace(/\/+$/, '');
  if (!isAbsolute(dst) || dst === '')
    throw new ParameterWrong(`dst ${dst || '/'} is not the absolute path of a folder that may be replaced`);
  const { files, lines, tree } = sourceOf(it, src);
  const script = [
    'set -eu',
    ...lines,
    `tree="$MUSTER_ATTEMPT_DIR"/${shellQuote(tree)}`,
    ...syncLines(shellQuote(dst), it.noop),
  ];
  return { kind: 'command', script: `${script.join('\n')}\n`, files, env: {}, cwd: null };
}

interface Source {
  readonly files: readonly OperationFile[];
  /** What makes the folder `tree` of the attempt's folder out of the files. */
  readonly lines: readonly string[];
  readonly tree: string;
}

function sourceOf(it: TaskToCompile, src: string): Source {
  if (!isElsewhere(src)) {
    const files = bundleFolder(it.task, src).map(({ relative, file }) => ({
      ...delivered(file, `tree/${relative}`),
      mode: file.executable ? 0o755 : 0o644,
    }));
    return { files, lines: [], tree: 'tree' };
  }
  if (!isAbsolute(src)) return { files: [], lines: [rsyncLine(src, 'tree', 'tree')], tree: 'tree' };
  const tree = `fetched/${lastPart(src)}`;
  const noFolder = `[ -d "$MUSTER_ATTEMPT_DIR"/${shellQuote(tree)} ] || { echo "is no folder on the master node:" ${shellQuote(src)} >&2; exit 1; }`;
  return { files: [fromMaster(it, src, 'fetched.tar')], lines: [unpack('fetched'), noFolder], tree };
}

/** Lines that make `target` (one word of the shell) what `$tree` is. */
function syncLines(target: string, noop: boolean): string[] {
  return [
    'total=$(find "$tree" -type f | wc -l)',
    // Of names that hold the end of a line, each part counts.
    `differing() { if [ -d ${target} ]; then diff -rq "$tree" ${target} 2>&1 | wc -l; else echo "$total"; fi; }`,
    `report() { printf '{"changed": %s, "total": %s}\\n' "$1" $total >"$MUSTER_OUTPUT"; }`,
    `same() { [ -d ${target} ] && diff -r "$tree" ${target} >/dev/null 2>&1; }`,
    `if same; then report 0; echo "unchanged" ${target}; exit 0; fi`,
    'count=$(differing)',
    ...(noop
      ? [
          'report "$count"',
          `echo "would change" ${target}`,
          `if [ -d ${target} ]; then diff -rq "$tree" ${target} 2>&1 | head -n 1000; fi`,
        ]
      : replaceLines(target)),
  ];
}

function replaceLines(target: string): string[] {
  return [
    `folder=$(dirname -- ${target})`,
    // This task's alone, since another node may share the file system; the same for each attempt, so that nothing piles up.
    'name=${MUSTER_ATTEMPT%.*}',
    'fresh=.muster-new-$name',
    'old=.muster-old-$name',
    'mkdir -p -- "$folder"',
    'rm -rf -- "$folder/$fresh" "$folder/$old"',
    'cp -Rp -- "$tree" "$folder/$fresh"',
    'find "$folder/$fresh" -type d -exec chmod 0755 {} +',
    `if [ -e ${target} ]; then mv -- ${target} "$folder/$old" || [ ! -e ${target} ]; fi`,
    `mv -- "$folder/$fresh" ${target}`,
    'rm -rf -- "$folder/$old"',
    // Between the two renames another node has put its folder there: ours went into it.
    `if [ -e ${target}/"$fresh" ]; then`,
    `  rm -rf -- ${target}/"$fresh"`,
    `  same || { echo "changed by another at the same time:" ${target} >&2; exit 1; }`,
    'fi',
    'report "$count"',
    `echo "changed" ${target}`,
  ];
}
