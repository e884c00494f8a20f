import { environment } from './environment';
import type { Operation } from '../ports/node-port';
import { refuseNoop, type TaskToCompile } from './task-to-compile';
import { delivered } from './files-of-task';
import { optionalString, stringParameter } from './parameter';

/**
 * As `shell`, on the master node for the task's own node, which is told in variables. Cluster files have to allow it: a
 * release says what happens on the machine that the others are made from.
 */
export function masterShell(it: TaskToCompile): Operation {
  const operation = shell(it);
  if (operation.kind !== 'command' || it.node === null) return operation;
  const { name, address, port, user } = it.node;
  const about = {
    MUSTER_NODE: name,
    MUSTER_NODE_ADDRESS: address,
    MUSTER_NODE_PORT: String(port),
    MUSTER_NODE_USER: user,
  };
  return { ...operation, env: { ...operation.env, ...about } };
}

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
