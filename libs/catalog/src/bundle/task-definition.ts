import {
  isJsonObject,
  TASK_TYPES,
  type DefinitionChanges,
  type Json,
  type JsonObject,
  type OnFailure,
  type Placement,
  type TaskDefinition,
  type TaskPatch,
  type TaskType,
} from '@muster/model';
import type { Place } from '@muster/problems';
import { checkSchema } from '../settings/check-schema';
import type { Cursor, MapCursor } from '../yaml/cursor';
import { DEFINITION_KEYS, FIELD_OF_KEY, TIMEOUT_DEFAULT_MS } from './definition-keys';
import { SETTLED_KEYS } from './parameter-shapes';
import { readFaultTolerance } from './fault-tolerance';
import { readParameters } from './parameters';
import { readExpression, readRelations } from './relations';
import { readRetries } from './retry-policy';
import { readStrategy } from './strategy';
import { eitherKey, oneOfTwo } from './two-places';

/** One task definition in all its spellings; null without a usable id or type. Every problem is reported. */
export function readTaskDefinition(cursor: Cursor): TaskDefinition | null {
  const map = named(cursor, 'id');
  if (!map) return null;
  map.knowsOnly(DEFINITION_KEYS, 'warning');
  const id = map.require('id')?.name() ?? null;
  const type = map.require('type')?.oneOf(TASK_TYPES) ?? null;
  if (id === null || type === null) return null;
  return { id, type, ...readFields(map, type), place: ownPlace(cursor) };
}

/** File and line say where a definition is; that it is the nth of its file helps nobody. */
function ownPlace({ place: { path: _nth, ...place } }: Cursor): Place {
  return place;
}

/** Keys of a task that say how it is carried out; where and in what order is for others to say. */
const CHECK_KEYS = [
  'type',
  'parameters',
  'condition',
  'timeout',
  'interval',
  'retries',
  'outputs',
  'expected',
  'description',
];

/** The task of a check, placed as `around` says, under an id that is given. Null without a usable type. */
export function readCheckTask(cursor: Cursor, around: MapCursor, id: string): TaskDefinition | null {
  const map = cursor.map('a task without id: {type, parameters}');
  if (!map) return null;
  map.knowsOnly(CHECK_KEYS, 'error');
  const type = map.require('type')?.oneOf(TASK_TYPES) ?? null;
  if (type === null) return null;
  const placement = {
    tags: readPlacement(around.get('tags')),
    roles: readPlacement(eitherKey(around, 'roles', 'role')),
  };
  return { id, type, ...readFields(map, type), ...placement, idempotent: true, place: cursor.place };
}

/** A patch (`patch: id` in the place of `id`): what it says, and nothing of what it does not. Null without a usable name. */
export function readTaskPatch(cursor: Cursor): TaskPatch | null {
  const map = named(cursor, 'patch');
  if (!map) return null;
  map.knowsOnly([...DEFINITION_KEYS.filter((key) => key !== 'id'), 'patch'], 'error');
  const patch = map.require('patch')?.name() ?? null;
  const type = map.get('type') ? (map.get('type')?.oneOf(TASK_TYPES) ?? null) : null;
  if (patch === null) return null;
  const { parameters, inputs: _inputs, ...fields } = readFields(map, type);
  const said = new Set<string | undefined>(saidKeys(map).map((key) => FIELD_OF_KEY.get(key)));
  const changes: DefinitionChanges = Object.fromEntries(
    Object.entries({ ...fields, ...(type === null ? {} : { type }) }).filter(([field]) => said.has(field)),
  );
  const inputs = map.get('inputs');
  return {
    patch,
    changes,
    parameters: withNulls(map.get('parameters'), parameters),
    ...(inputs ? { inputs: inputs.isNull ? null : (inputs.object() ?? {}) } : {}),
    place: ownPlace(cursor),
  };
}

/** The mapping, its problems under the task's name as far as that is known. */
function named(cursor: Cursor, key: 'id' | 'patch'): MapCursor | null {
  const anonymous = cursor.map('a task definition');
  const text = anonymous?.get(key)?.located;
  const known = text?.kind === 'scalar' && typeof text.value === 'string' ? text.value.slice(0, 80) : null;
  return anonymous && known !== null ? (cursor.about(`task ${known}`).map() ?? anonymous) : anonymous;
}

/** Keys that a patch says, those of `parameters` that are fields of their own included. */
function saidKeys(map: MapCursor): string[] {
  const parameters = map.get('parameters');
  const inside = parameters?.located.kind === 'map' ? (parameters.map()?.keys() ?? []) : [];
  return [
    ...map.keys().filter((key) => key !== 'parameters'),
    ...inside.filter((key) => (SETTLED_KEYS as readonly string[]).includes(key)),
  ];
}

/** A null in the parameters of a patch removes the key, so it has to be kept. */
function withNulls(cursor: Cursor | null, read: JsonObject): JsonObject {
  const written = cursor?.located.kind === 'map' ? cursor.json() : null;
  const nulls = isJsonObject(written) ? Object.entries(written).filter(([, value]) => value === null) : [];
  return Object.fromEntries([...Object.entries(read), ...nulls]);
}

/** Everything but id and type; `type` is null in a patch that leaves it alone: then parameters are not checked by type. */
function readFields(map: MapCursor, type: TaskType | null): Omit<TaskDefinition, 'id' | 'type' | 'place'> {
  const parametersCursor = map.get('parameters');
  // An expression may stand for all parameters; it is kept for the interpreter.
  const wholeExpression = parametersCursor ? readExpression(parametersCursor) : null;
  const parameters = parametersCursor && !parametersCursor.isNull && !wholeExpression ? parametersCursor.map() : null;
  const timeout = oneOfTwo(map.get('timeout'), parameters?.get('timeout') ?? null);
  return {
    version: readVersion(map),
    tags: readPlacement(map.get('tags')),
    roles: readPlacement(eitherKey(map, 'roles', 'role')),
    groups: readPlacement(map.get('groups')),
    requires: readRelations(map.get('requires')),
    requiredFor: readRelations(map.get('required_for')),
    crossDepends: readRelations(eitherKey(map, 'cross-depends', 'cross_depends')),
    crossDependedBy: readRelations(eitherKey(map, 'cross-depended-by', 'cross_depended_by')),
    after: readTexts(map.get('after')),
    tasks: readTexts(map.get('tasks')),
    condition: readCondition(map.get('condition')),
    parameters: wholeExpression ? { ...wholeExpression } : readParameters(map, parameters, type),
    strategy: readStrategy(parameters?.get('strategy') ?? null),
    onFailure: readOnFailure(map),
    faultTolerance: present(map, 'fault_tolerance', readFaultTolerance),
    retries: readRetries(map, parameters, type === 'wait-for'),
    timeoutMs: (timeout && !timeout.isNull ? timeout.seconds(0.001) : null) ?? TIMEOUT_DEFAULT_MS,
    repeat: present(map, 'repeat', readRepeat),
    section: present(map, 'section', (each) => each.name()),
    pool: present(map, 'pool', (each) => each.name()),
    inputs: present(map, 'inputs', (each) => each.object()),
    outputs: present(map, 'outputs', readOutputs),
    idempotent: present(map, 'idempotent', (each) => each.boolean()) ?? false,
    expectedMs: present(map, 'expected', (each) => each.seconds(0)),
    description: present(map, 'description', (each) => each.text()),
  };
}

function present<T>(map: MapCursor, key: string, read: (cursor: Cursor) => T | null): T | null {
  const cursor = map.get(key);
  return cursor && !cursor.isNull ? read(cursor) : null;
}

/** Of the format of task definitions, as the field numbered them. */
const FORMAT_VERSIONS: readonly string[] = ['1.0.0', '2.0.0', '2.1.0', '2.2.0'];

/** Another one of a known generation is read as that generation; of another generation nobody knows what it means. */
function readVersion(map: MapCursor): string | null {
  return present(map, 'version', (each) => {
    const version = each.text() ?? '';
    if (!/^\d+\.\d+\.\d+$/.test(version)) return each.refuse('a version such as 2.1.0');
    if (FORMAT_VERSIONS.includes(version)) return version;
    const [generation] = version.split('.') as [string];
    const known = [...FORMAT_VERSIONS].reverse().find((other) => other.startsWith(`${generation}.`));
    each.report(
      'BUNDLE_UNKNOWN_FORMAT',
      `says the format version ${version.slice(0, 40)}, which is none` + (known ? `; it is read as ${known}` : ''),
      {
        remedy: `Write the version that the definition was written for: ${FORMAT_VERSIONS.join(', ')}; or leave it out.`,
        severity: known ? 'warning' : 'error',
      },
    );
    return version;
  });
}

/** A single name counts as a list, except for `*`. */
function readPlacement(cursor: Cursor | null): Placement | null {
  if (!cursor || cursor.isNull) return null;
  return cursor.located.kind === 'scalar' && cursor.located.value === '*' ? '*' : readTexts(cursor);
}

function readTexts(cursor: Cursor | null): string[] {
  if (!cursor) return [];
  return (cursor.itemsOrOne() ?? []).map((item) => item.text()).filter((each) => each !== null);
}

function readCondition(cursor: Cursor | null): TaskDefinition['condition'] {
  if (!cursor || cursor.isNull) return null;
  const expression = readExpression(cursor);
  if (expression) return expression;
  const value: Json = cursor.located.kind === 'scalar' ? cursor.located.value : null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && value.length <= 20_000) return value;
  return cursor.refuse('true, false, an expression of at most 20000 characters, or {yaql_exp: text}');
}

/** `fail_on_error: false` is the field's word for `onFailure: skip`. */
function readOnFailure(map: MapCursor): OnFailure {
  const ours = present(map, 'onFailure', (each) => each.oneOf(['fail', 'skip', 'pause'] as const));
  const failOnError = present(map, 'fail_on_error', (each) => each.boolean());
  const fields: OnFailure | null = failOnError === null ? null : failOnError ? 'fail' : 'skip';
  if (ours !== null && fields !== null && ours !== fields && !(fields === 'fail' && ours === 'pause')) {
    map
      .get('fail_on_error')
      ?.report(
        'BUNDLE_CONFLICTING_VALUES',
        `\`fail_on_error: ${failOnError}\` and \`onFailure: ${ours}\` say different things`,
      );
  }
  return ours ?? fields ?? 'fail';
}

/** A schema that outputs are checked against when the task gives them. */
function readOutputs(cursor: Cursor): JsonObject | null {
  const schema = cursor.object();
  if (schema) checkSchema(cursor);
  return schema;
}

function readRepeat(cursor: Cursor): TaskDefinition['repeat'] {
  const map = cursor.map('{times, judge: last}');
  if (!map) return null;
  map.knowsOnly(['times', 'judge'], 'error');
  const times = map.require('times')?.integer(1, 1000) ?? null;
  const judge = map.get('judge')?.oneOf(['last'] as const) ?? 'last';
  return times === null ? null : { times, judge };
}
