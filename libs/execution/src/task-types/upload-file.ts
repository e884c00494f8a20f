import type { Operation } from '../ports/node-port';
import { encodeBase64 } from './encode-base64';
import { unknownInNoop, type TaskToCompile } from './task-to-compile';
import { bundleFile, delivered } from './files-of-task';
import { optionalString, ParameterWrong, permissions, stringParameter } from './parameter';
import { placeFile } from './place-file';

/** `data`, or the bundle's `file`, at `path` on the node. */
export function uploadFile(it: TaskToCompile): Operation {
  const path = stringParameter(it.parameters, 'path');
  const data = optionalString(it.parameters, 'data');
  const file = optionalString(it.parameters, 'file');
  if ((data === null) === (file === null)) throw new ParameterWrong('exactly one of data and file is to be given');
  if (it.noop) return unknownInNoop(it);
  const mode = permissions(it.parameters, 'permissions');
  const content =
    file !== null
      ? delivered(bundleFile(it.task, file), 'content')
      : { path: 'content', content: { base64: encodeBase64(data ?? '') } };
  const script = `set -eu\n${placeFile('content', path, mode, permissions(it.parameters, 'dir_permissions'))}\n`;
  return { kind: 'command', script, files: [content], env: {}, cwd: null };
}
