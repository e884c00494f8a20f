import type { TaskType } from '@muster/model';
import type { Operation } from '../ports/node-port';
import { ansible } from './ansible';
import { copyFiles } from './copy-files';
import { driveNode } from './drive-node';
import { http } from './http';
import { ParameterWrong } from './parameter';
import { puppet } from './puppet';
import { masterShell, shell } from './shell';
import { syncFolder } from './sync-folder';
import { refuseNoop, type TaskToCompile } from './task-to-compile';
import { uploadFile, uploadFiles } from './upload-file';
import { validate } from './validate';
import { waitFor } from './wait-for';

export type CompileAnswer =
  | { readonly kind: 'operation'; readonly operation: Operation }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string };

type Compile = (it: TaskToCompile) => Operation;

/** The closed registry: what each task type with work does on its node. Adding one is one file, one schema, one test. */
const registry: Partial<Readonly<Record<TaskType, Compile>>> = {
  shell,
  master_shell: masterShell,
  puppet,
  upload_file: uploadFile,
  upload_files: uploadFiles,
  copy_files: copyFiles,
  sync: syncFolder,
  reboot: (it) => {
    refuseNoop(it);
    return { kind: 'reboot' };
  },
  'wait-for': waitFor,
  http,
  validate,
  ansible,
  provision: driveNode('provision'),
  erase_node: driveNode('erase'),
  move_to_bootstrap: driveNode('bootstrap'),
};

/** Task types that executors of this version can carry out. */
export const EXECUTABLE_TASK_TYPES: readonly string[] = Object.keys(registry);

/** What the task does on its node, or why it cannot be done. */
export function compileOperation(it: TaskToCompile): CompileAnswer {
  const compile = registry[it.task.type];
  if (!compile)
    return {
      kind: 'refused',
      code: 'TASK_TYPE_UNSUPPORTED',
      detail: `executors of this version have no task type ${it.task.type}`,
    };
  try {
    return { kind: 'operation', operation: compile(it) };
  } catch (error) {
    if (error instanceof ParameterWrong)
      return { kind: 'refused', code: 'TASK_PARAMETERS', detail: `${it.task.task}: ${error.message}` };
    throw error;
  }
}
