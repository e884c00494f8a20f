import type { TaskDefinition, TaskPatch } from '@muster/model';
import { type Place, problem, type Problem } from '@muster/problems';
import type { Cursor } from '../yaml/cursor';
import { readTaskDefinition, readTaskPatch } from './task-definition';

/** What the task files of one graph come to, by id; both in the order in which they were read. */
export interface TaskList {
  readonly definitions: Map<string, TaskDefinition>;
  readonly patches: Map<string, TaskPatch>;
  /** Where each id was met first, also of what was no valid definition. */
  readonly met: Map<string, Place>;
}

export function emptyTaskList(): TaskList {
  return { definitions: new Map(), patches: new Map(), met: new Map() };
}

/** Reads a list of definitions and patches into `list`; an id that was met before, valid or not, is a problem naming the other place. */
export function readTasks(cursor: Cursor, list: TaskList): void {
  const { problems } = cursor.reading;
  for (const item of cursor.items() ?? []) {
    const isPatch = item.located.kind === 'map' && item.located.entries.has('patch') && !item.located.entries.has('id');
    const twice = metBefore(item, isPatch, list.met);
    if (isPatch) {
      const patch = readTaskPatch(item);
      if (patch && !list.patches.has(patch.patch)) list.patches.set(patch.patch, patch);
    } else {
      const definition = readTaskDefinition(item);
      if (definition && !list.definitions.has(definition.id)) list.definitions.set(definition.id, definition);
    }
    if (twice !== null) problems.push(twice);
  }
}

/** Notes where the item's id is, as it is written. */
function metBefore(item: Cursor, isPatch: boolean, met: Map<string, Place>): Problem | null {
  const written = item.located.kind === 'map' ? item.located.entries.get(isPatch ? 'patch' : 'id')?.value : undefined;
  if (written?.kind !== 'scalar' || typeof written.value !== 'string') return null;
  const key = `${isPatch ? 'patched' : 'defined'} ${written.value}`;
  const other = met.get(key);
  if (other === undefined) {
    met.set(key, item.place);
    return null;
  }
  return problem('BUNDLE_DUPLICATE_TASK', {
    subject: `task ${written.value.slice(0, 200)}`,
    summary: `is ${isPatch ? 'patched' : 'defined'} before in ${other.file}:${other.line}`,
    place: item.place,
  });
}
