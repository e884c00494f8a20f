import type { JsonObject } from '@muster/model';
import type { Operation, OperationFile } from '../ports/node-port';
import { encodeBase64 } from './encode-base64';
import type { TaskToCompile } from './task-to-compile';
import { bundleFile, delivered } from './files-of-task';
import { objectsParameter, optionalString, ParameterWrong, permissions, stringParameter } from './parameter';
import { placeFunctions, placeLine } from './place-file';

/** `data`, or the bundle's `file`, at `path` on the node. */
export function uploadFile(it: TaskToCompile): Operation {
  return upload(it, [it.parameters]);
}

/** Each of `files` as `upload_file` does; or, as the field writes it, those that `nodes` has for this node. */
export function uploadFiles(it: TaskToCompile): Operation {
  const { parameters } = it;
  if (parameters['nodes'] === undefined) return upload(it, objectsParameter(parameters, 'files'));
  const own = objectsParameter(parameters, 'nodes').filter(({ uid = null }) => String(uid) === it.task.node);
  return upload(
    it,
    own.flatMap((each) => objectsParameter(each, 'files')),
  );
}

function upload(it: TaskToCompile, entries: readonly JsonObject[]): Operation {
  const files: OperationFile[] = [];
  const lines: string[] = [];
  entries.forEach((entry, index) => {
    const path = stringParameter(entry, entry['path'] === undefined && entry['dst'] !== undefined ? 'dst' : 'path');
    const name = `content/${index}`;
    files.push(contentOf(it, entry, name));
    lines.push(placeLine(name, path, permissions(entry, 'permissions'), permissions(entry, 'dir_permissions')));
  });
  const script = [placeFunctions(it.noop), ...lines, 'report', ''].join('\n');
  return { kind: 'command', script, files, env: {}, cwd: null };
}

function contentOf(it: TaskToCompile, entry: JsonObject, name: string): OperationFile {
  const data = entry['data'] ?? null;
  const file = optionalString(entry, 'file');
  if ((data === null) === (file === null)) throw new ParameterWrong('exactly one of data and file is to be given');
  if (file !== null) return delivered(bundleFile(it.task, file), name);
  return { path: name, content: { base64: encodeBase64(typeof data === 'string' ? data : JSON.stringify(data)) } };
}
