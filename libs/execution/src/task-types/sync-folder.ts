import type { Operation } from '../ports/node-port';
import { unknownInNoop, type TaskToCompile } from './task-to-compile';
import { bundleFolder, delivered, isAbsolute } from './files-of-task';
import { ParameterWrong, stringParameter } from './parameter';
import { shellQuote } from './shell-quote';

/** Makes `dst` on the node what the bundle's folder `src` is: what is there beside it goes. Changed as a whole. */
export function syncFolder(it: TaskToCompile): Operation {
  const src = stringParameter(it.parameters, 'src');
  const dst = stringParameter(it.parameters, 'dst').replace(/\/+$/, '');
  if (isAbsolute(src) || src.includes('://'))
    throw new ParameterWrong(`src ${src} lies on the master node, which executors of this version do not copy from`);
  if (!isAbsolute(dst) || dst === '')
    throw new ParameterWrong(`dst ${dst || '/'} is not the absolute path of a folder that may be replaced`);
  if (it.noop) return unknownInNoop(it);
  const files = bundleFolder(it.task, src).map(({ relative, file }) => ({
    ...delivered(file, `tree/${relative}`),
    mode: file.executable ? 0o755 : 0o644,
  }));
  const target = shellQuote(dst);
  const script = [
    'set -eu',
    `same() { [ -d ${target} ] && diff -r "$MUSTER_ATTEMPT_DIR"/tree ${target} >/dev/null 2>&1; }`,
    `if same; then echo "unchanged" ${target}; exit 0; fi`,
    `folder=$(dirname -- ${target})`,
    // This task's alone, since another node may share the file system; the same for each attempt, so that nothing piles up.
    'name=${MUSTER_ATTEMPT%.*}',
    'fresh=.muster-new-$name',
    'old=.muster-old-$name',
    'mkdir -p -- "$folder"',
    'rm -rf -- "$folder/$fresh" "$folder/$old"',
    'cp -Rp -- "$MUSTER_ATTEMPT_DIR"/tree "$folder/$fresh"',
    'find "$folder/$fresh" -type d -exec chmod 0755 {} +',
    `if [ -e ${target} ]; then mv -- ${target} "$folder/$old" || [ ! -e ${target} ]; fi`,
    `mv -- "$folder/$fresh" ${target}`,
    'rm -rf -- "$folder/$old"',
    // Between the two renames another node has put its folder there: ours went into it.
    `if [ -e ${target}/"$fresh" ]; then`,
    `  rm -rf -- ${target}/"$fresh"`,
    `  same || { echo "changed by another at the same time:" ${target} >&2; exit 1; }`,
    'fi',
    `echo "changed" ${target}`,
  ].join('\n');
  return { kind: 'command', script: `${script}\n`, files, env: {}, cwd: null };
}
