import { isJsonObject, isSealedSecret, type Json } from '@muster/model';
import type { Draft, DraftTask } from './draft';

/** Parameters that name things. Names stand where everybody on a node may read them: in its list of processes, its folders, its logs. */
const NAMES: ReadonlySet<string> = new Set([
  'path',
  'src',
  'dst',
  'permissions',
  'dir_permissions',
  'file',
  'playbook',
  'puppet_manifest',
  'puppet_modules',
  'cwd',
  'url',
  'event',
]);

/** Reports names that were computed from a secret, also those of lists of files; contents and variables may be secret. */
export function reportSecretNames(draft: Draft, task: DraftTask): void {
  for (const [key, value] of Object.entries(task.parameters)) {
    if (NAMES.has(key) && isSealedSecret(value)) report(draft, task, `parameters.${key}`);
    if (key === 'files' && Array.isArray(value))
      for (const item of value as readonly Json[]) reportItem(draft, task, item);
  }
}

function reportItem(draft: Draft, task: DraftTask, item: Json): void {
  if (!isJsonObject(item)) return;
  for (const [key, value] of Object.entries(item))
    if (NAMES.has(key) && isSealedSecret(value)) report(draft, task, `parameters.files.${key}`);
}

function report(draft: Draft, { definition }: DraftTask, path: string): void {
  draft.report('PLAN_SECRET_NAME', {
    subject: `task ${definition.id}`,
    summary: `has a secret in \`${path}\`, which is a name that others on the node can read`,
    place: definition.place,
  });
}
