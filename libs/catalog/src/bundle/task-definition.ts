import {
  TASK_TYPES,
  type Json,
  type JsonObject,
  type OnFailure,
  type Placement,
  type TaskDefinition,
} from '@muster/model';
import { checkSchema } from '../settings/check-schema';
import type { Cursor, MapCursor } from '../yaml/cursor';
import { DEFINITION_KEYS, TIMEOUT_DEFAULT_MS } from './definition-keys';
import { readFaultTolerance } from './fault-tolerance';
import { readParameters } from './parameters';
import { readExpression, readRelations } from './relations';
import { readRetries } from './retry-policy';
import { readStrategy } from './strategy';
import { eitherKey, oneOfTwo } from './two-places';

/** One task definition in all its spellings; null without a usable id or type. Every problem is reported. */
export function readTaskDefinition(cursor: Cursor): TaskDefinition | null {
  const anonymous = cursor.map('a task definition');
  if (!anonymous) return null;
  const idText = anonymous.get('id')?.located;
  const known = idText?.kind === 'scalar' && typeof idText.value === 'string' ? idText.value.slice(0, 80) : null;
  const map = known === null ? anonymous : (cursor.about(`task ${known}`).map() ?? anonymous);
  map.knowsOnly(DEFINITION_KEYS, 'warning');
  const id = map.require('id')?.name() ?? null;
  const type = map.require('type')?.oneOf(TASK_TYPES) ?? null;
  if (id === null || type === null) return null;

  const parametersCursor = map.get('parameters');
  // An expression may stand for all parameters; it is kept for the interpreter.
  const wholeExpression = parametersCursor ? readExpression(parametersCursor) : null;
  const parameters = parametersCursor && !parametersCursor.isNull && !wholeExpression ? parametersCursor.map() : null;
  const timeout = oneOfTwo(map.get('timeout'), parameters?.get('timeout') ?? null);
  return {
    id,
    type,
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
    place: cursor.place,
  };
}

function present<T>(map: MapCursor, key: string, read: (cursor: Cursor) => T | null): T | null {
  const cursor = map.get(key);
  return cursor && !cursor.isNull ? read(cursor) : null;
}

function readVersion(map: MapCursor): string | null {
  return present(map, 'version', (each) =>
    /^\d+\.\d+\.\d+$/.test(each.text() ?? '') ? each.text() : each.refuse('a version such as 2.1.0'),
  );
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
