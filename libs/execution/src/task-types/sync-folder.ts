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
  const [target, fresh, old] = [dst, `${dst}.muster-new`, `${dst}.muster-old`].map(shellQuote);
  const script = [
    'set -eu',
    `if [ -d ${target} ] && diff -r "$MUSTER_ATTEMPT_DIR"/tree ${target} >/dev/null 2>&1; then echo "unchanged" ${target}; exit 0; fi`,
    `mkdir -p -- "$(dirname -- ${target})"`,
    `rm -rf -- ${fresh} ${old}`,
    `cp -Rp -- "$MUSTER_ATTEMPT_DIR"/tree ${fresh}`,
    `find ${fresh} -type d -exec chmod 0755 {} +`,
    `if [ -e ${target} ]; then mv -- ${target} ${old}; fi`,
    `mv -- ${fresh} ${target}`,
    `rm -rf -- ${old}`,
    `echo "changed" ${target}`,
  ].join('\n');
  return { kind: 'command', script: `${script}\n`, files, env: {}, cwd: null };
}
