import { environment } from './environment';
import type { Operation } from '../ports/node-port';
import { refuseNoop, type TaskToCompile } from './task-to-compile';
import { delivered } from './files-of-task';
import { optionalString, stringParameter } from './parameter';

/** `cmd` by `/bin/sh`, in `cwd`, with the variables `env`; files of the bundle that it names lie in `$MUSTER_ATTEMPT_DIR/files`. */
export function shell(it: TaskToCompile): Operation {
  const cmd = stringParameter(it.parameters, 'cmd');
  refuseNoop(it);
  const files = it.task.files.map((file) => delivered(file, `files/${file.path}`));
  return {
    kind: 'command',
    script: `${cmd}\n`,
    files,
    env: environment(it.parameters),
    cwd: optionalString(it.parameters, 'cwd'),
  };
}
