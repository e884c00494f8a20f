import type { TaskDefinition, TaskPatch } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import type { Cursor } from '../yaml/cursor';
import { readTaskDefinition, readTaskPatch } from './task-definition';

/** What the task files of one graph come to, by id; both in the order in which they were read. */
export interface TaskList {
  readonly definitions: Map<string, TaskDefinition>;
  readonly patches: Map<string, TaskPatch>;
}

export function emptyTaskList(): TaskList {
  return { definitions: new Map(), patches: new Map() };
}

/** Reads a list of definitions and patches into `list`; an id that is there already is a problem naming the other place. */
export function readTasks(cursor: Cursor, list: TaskList): void {
  const { problems } = cursor.reading;
  for (const item of cursor.items() ?? []) {
    const isPatch = item.located.kind === 'map' && item.located.entries.has('patch') && !item.located.entries.has('id');
    if (isPatch) {
      const patch = readTaskPatch(item);
      if (patch) collect(list.patches, patch.patch, patch, 'patched', problems);
    } else {
      const definition = readTaskDefinition(item);
      if (definition) collect(list.definitions, definition.id, definition, 'defined', problems);
    }
  }
}

function collect<T extends TaskDefinition | TaskPatch>(
  into: Map<string, T>,
  id: string,
  it: T,
  done: string,
  problems: Problem[],
): void {
  const other = into.get(id);
  if (!other) {
    into.set(id, it);
    return;
  }
  problems.push(
    problem('BUNDLE_DUPLICATE_TASK', {
      subject: `task ${id}`,
      summary: `is ${done} before in ${other.place.file}:${other.place.line}`,
      place: it.place,
    }),
  );
}
