import type { TaskDefinition, Validation, ValidationStage } from '@muster/model';
import { problem } from '@muster/problems';
import { validationTask } from '@muster/model';
import type { Cursor, MapCursor } from '../yaml/cursor';
import { readCheckTask } from './task-definition';

const KEYS = ['id', 'title', 'description', 'group', 'severity', 'stage', 'graphs', 'tags', 'roles', 'role', 'task'];

/** Reads a list of validations into `into`, by id; an id that is there already is a problem naming the other place. */
export function readValidations(cursor: Cursor, into: Map<string, Validation>): void {
  for (const item of cursor.items() ?? []) {
    const validation = readValidation(item);
    if (!validation) continue;
    const other = into.get(validation.id)?.definition;
    if (!other) into.set(validation.id, validation);
    else
      cursor.reading.problems.push(
        problem('BUNDLE_DUPLICATE_TASK', {
          subject: `validation ${validation.id}`,
          summary: `is defined before in ${other.place.file}:${other.place.line}`,
          place: validation.definition.place,
        }),
      );
  }
}

function readValidation(cursor: Cursor): Validation | null {
  const id = cursor.map('a validation')?.require('id')?.name() ?? null;
  const map = cursor.about(`validation ${id ?? ''}`.trim()).map();
  if (!map) return null;
  map.knowsOnly(KEYS, 'error');
  const severity = map.get('severity')?.oneOf(['fatal', 'warning'] as const) ?? 'fatal';
  const stage = readStage(map);
  const group = map.get('group')?.name() ?? 'default';
  const task = map.require('task');
  const read = task ? readCheckTask(task, map, validationTask(id ?? 'unnamed')) : null;
  if (id === null || !read || stage === null) return null;
  const definition: TaskDefinition = {
    ...read,
    // The newest format: a check is no reason to plan a cluster role by role.
    version: read.version ?? '2.2.0',
    onFailure: severity === 'warning' ? 'skip' : read.onFailure,
    validation: { severity, stage },
  };
  return { id, title: map.get('title')?.text() ?? null, group, severity, stage, graphs: readGraphs(map), definition };
}

function readGraphs(map: MapCursor): string[] {
  const names = (map.get('graphs')?.itemsOrOne() ?? []).map((item) => item.name()).filter((name) => name !== null);
  return names.length === 0 ? ['default'] : names;
}

/** `pre-deployment`, `post-deployment`, `{before: TASK}` or `{after: TASK}`. */
function readStage(map: MapCursor): ValidationStage | null {
  const cursor = map.get('stage');
  if (!cursor || cursor.isNull) return { kind: 'pre-deployment' };
  if (cursor.located.kind !== 'map') {
    const kind = cursor.oneOf(['pre-deployment', 'post-deployment'] as const);
    return kind === null ? null : { kind };
  }
  const stage = cursor.map();
  stage?.knowsOnly(['before', 'after'], 'error');
  const [before, after] = [stage?.get('before')?.name() ?? null, stage?.get('after')?.name() ?? null];
  if (before !== null && after === null) return { kind: 'before', task: before };
  if (after !== null && before === null) return { kind: 'after', task: after };
  return cursor.refuse('pre-deployment, post-deployment, {before: TASK} or {after: TASK}');
}
