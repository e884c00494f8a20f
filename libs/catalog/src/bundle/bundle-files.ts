import type { BundleFile, Json, JsonObject, TaskDefinition } from '@muster/model';
import { didYouMean, isJsonObject } from '@muster/model';
import { problem, type Problem } from '@muster/problems';

/**
 * Paths below `files/` that a definition's parameters name: `file`, `src`, manifests and playbooks without a leading
 * `/`. Absolute paths are on the node or the master, and `scheme://` is somewhere else. Expressions name nothing yet.
 */
export function namedFiles(definition: Pick<TaskDefinition, 'type'>, parameters: JsonObject): string[] {
  const candidates: (Json | undefined)[] = [];
  switch (definition.type) {
    case 'upload_file':
      candidates.push(parameters['file']);
      break;
    case 'sync':
      candidates.push(parameters['src']);
      break;
    case 'upload_files': {
      const { files } = parameters;
      if (Array.isArray(files))
        candidates.push(...files.map((each: Json) => (isJsonObject(each) ? each['file'] : undefined)));
      break;
    }
    case 'copy_files': {
      const files = parameters['files'];
      if (Array.isArray(files))
        candidates.push(...files.map((each: Json) => (isJsonObject(each) ? each['src'] : undefined)));
      break;
    }
    case 'puppet':
      candidates.push(parameters['puppet_manifest'], parameters['puppet_modules']);
      break;
    case 'ansible': {
      const { files } = parameters;
      candidates.push(parameters['playbook'], ...(Array.isArray(files) ? (files as readonly Json[]) : [files]));
      break;
    }
    case 'shell':
    case 'validate':
    case 'master_shell': {
      const { files } = parameters;
      candidates.push(...(Array.isArray(files) ? (files as readonly Json[]) : [files]));
      break;
    }
    case 'reboot':
    case 'wait-for':
    case 'http':
    case 'provision':
    case 'erase_node':
    case 'move_to_bootstrap':
    case 'anchor':
    case 'stage':
    case 'skipped':
    case 'group':
      break;
  }
  return candidates.filter(
    (path): path is string =>
      typeof path === 'string' && path !== '' && !path.startsWith('/') && !/^[a-z][a-z0-9+.-]*:/i.test(path),
  );
}

/** The file at `path`, or all files of the folder of that name, sorted by path; empty if there is none. */
export function filesAt(files: readonly BundleFile[], path: string): BundleFile[] {
  const plain = plainPath(path);
  return files.filter((file) => plain === '.' || file.path === plain || file.path.startsWith(`${plain}/`));
}

/** Problems of definitions whose files the bundle does not have. */
export function missingFiles(definitions: readonly TaskDefinition[], files: readonly BundleFile[]): Problem[] {
  const known = new Set(files.flatMap(({ path }) => withFolders(path)));
  return definitions.flatMap((definition) =>
    namedFiles(definition, definition.parameters)
      .filter((path) => !known.has(plainPath(path)))
      .map((path) =>
        problem('BUNDLE_FILE_MISSING', {
          subject: `task ${definition.id}`,
          ...(leadsOut(path)
            ? {
                summary: `names \`${path.slice(0, 200)}\`, which leads out of files/`,
                remedy: 'Put the file into files/, and name it from there, without `..`.',
              }
            : {
                summary: `names \`${path.slice(0, 200)}\`, which is not in files/`,
                remedy: `Add files/${path.slice(0, 200)}, or correct the path.${didYouMean(path, known)}`,
              }),
          place: definition.place,
        }),
      ),
  );
}

/** True for a path that no file of a bundle has, wherever it is added. */
function leadsOut(path: string): boolean {
  return path.split('/').includes('..');
}

/** Without `./` before it and `/` behind it. */
function plainPath(path: string): string {
  return path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
}

/** A path and the folders that it is in, `.` included. */
function withFolders(path: string): string[] {
  const parts = path.split('/');
  return ['.', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}
