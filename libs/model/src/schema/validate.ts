import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../json';
import { isSealedSecret } from '../secret';
import { formatFault } from './formats';
import { pointedTo } from './json-pointer';
import { safePattern } from './safe-pattern';

/** What does not fit, without showing the value, which may be a secret. `path` are the keys from the root. */
export interface SchemaFault {
  readonly path: readonly string[];
  readonly text: string;
  readonly severity: 'error' | 'warning';
}

/** Schemas looked at for one value; a schema that needs more is refused with the value. */
const STEPS_MAX = 200_000;
/** Depth through references. */
const DEPTH_MAX = 200;

/**
 * Everything in `value` that does not fit `schema`. Interprets the schema and makes no code of it. Sealed secrets
 * fit any type. Fails: never; a schema that goes round in circles is a fault at the place where it does.
 */
export function validateJson(schema: JsonObject, value: Json): SchemaFault[] {
  const validation = new Validation(schema);
  validation.check(schema, value, [], 0);
  return validation.faults;
}

class Validation {
  readonly faults: SchemaFault[] = [];
  #steps = 0;

  constructor(private readonly root: JsonObject) {}

  check(schema: Json, value: Json, path: readonly string[], depth: number): void {
    if (schema === true) return;
    if (schema === false) return this.#fault(path, 'is not allowed here');
    if (!isJsonObject(schema)) return;
    if (++this.#steps > STEPS_MAX || depth > DEPTH_MAX) {
      if (this.#steps <= STEPS_MAX + 1)
        this.#fault(path, 'cannot be checked: the schema goes round in circles or is too large');
      return;
    }
    if (isSealedSecret(value)) return;
    const get = (key: string): Json | undefined => (Object.hasOwn(schema, key) ? schema[key] : undefined);
    const reference = get('$ref');
    if (typeof reference === 'string') this.check(pointedTo(this.root, reference) ?? true, value, path, depth + 1);
    if (get('deprecated') === true) this.faults.push({ path, text: 'is deprecated', severity: 'warning' });
    if (get('fixed') === true && get('default') !== undefined && canonicalJson(get('default')) !== canonicalJson(value))
      this.#fault(path, 'is fixed by the release and cannot be changed');
    if (!this.#hasType(get('type'), value, path)) return;
    this.#checkValues(get, value, path);
    if (typeof value === 'number') this.#checkNumber(get, value, path);
    if (typeof value === 'string') this.#checkString(get, value, path);
    if (Array.isArray(value)) this.#checkList(get, value as readonly Json[], path, depth);
    if (isJsonObject(value)) this.#checkObject(get, value, path, depth);
    this.#checkCombinations(get, value, path, depth);
  }

  #fault(path: readonly string[], text: string): void {
    this.faults.push({ path, text, severity: 'error' });
  }

  #hasType(type: Json | undefined, value: Json, path: readonly string[]): boolean {
    if (type === undefined) return true;
    const types: readonly Json[] = Array.isArray(type) ? type : [type];
    if (types.some((each) => isOfType(each, value))) return true;
    this.#fault(path, `must be of type ${types.join(' or ')}`);
    return false;
  }

  #checkValues(get: Get, value: Json, path: readonly string[]): void {
    const text = canonicalJson(value);
    const allowed = get('enum');
    if (Array.isArray(allowed) && !allowed.some((each) => canonicalJson(each) === text)) {
      this.#fault(
        path,
        `must be one of ${allowed
          .map((each) => canonicalJson(each))
          .join(', ')
          .slice(0, 300)}`,
      );
    }
    const constant = get('const');
    if (constant !== undefined && canonicalJson(constant) !== text)
      this.#fault(path, `must be ${canonicalJson(constant).slice(0, 100)}`);
  }

  #checkNumber(get: Get, value: number, path: readonly string[]): void {
    const bound = (key: string, ok: (limit: number) => boolean, text: string): void => {
      const limit = get(key);
      if (typeof limit === 'number' && !ok(limit)) this.#fault(path, `must be ${text} ${limit}`);
    };
    bound('minimum', (limit) => value >= limit, 'at least');
    bound('maximum', (limit) => value <= limit, 'at most');
    bound('exclusiveMinimum', (limit) => value > limit, 'above');
    bound('exclusiveMaximum', (limit) => value < limit, 'below');
    bound(
      'multipleOf',
      (limit) => limit > 0 && Math.abs(value / limit - Math.round(value / limit)) < 1e-9,
      'a multiple of',
    );
  }

  #checkString(get: Get, value: string, path: readonly string[]): void {
    const { minLength, maxLength } = { minLength: get('minLength'), maxLength: get('maxLength') };
    const length = [...value].length;
    if (typeof minLength === 'number' && length < minLength)
      this.#fault(path, `must have at least ${minLength} characters`);
    if (typeof maxLength === 'number' && length > maxLength)
      this.#fault(path, `must have at most ${maxLength} characters`);
    const pattern = get('pattern');
    if (typeof pattern === 'string' && safePattern(pattern)?.matcher(value).find() === false)
      this.#fault(path, `must match the pattern ${pattern}`);
    const format = get('format');
    const fault = typeof format === 'string' ? formatFault(format, value) : null;
    if (fault) this.#fault(path, fault);
  }

  #checkList(get: Get, value: readonly Json[], path: readonly string[], depth: number): void {
    this.#checkSize(get, 'Items', value.length, 'items', path);
    const first = get('prefixItems');
    const prefix: readonly Json[] = Array.isArray(first) ? first : [];
    const rest = get('items');
    value.forEach((item, index) => {
      const schema = index < prefix.length ? prefix[index] : rest;
      if (schema !== undefined) this.check(schema, item, [...path, String(index)], depth + 1);
    });
    const contains = get('contains');
    if (contains !== undefined && !value.some((item) => this.#fits(contains, item, depth)))
      this.#fault(path, 'lacks an item of the kind that it must contain');
    if (get('uniqueItems') === true && new Set(value.map((item) => canonicalJson(item))).size !== value.length)
      this.#fault(path, 'must not repeat an item');
  }

  #checkSize(get: Get, what: 'Items' | 'Properties', size: number, noun: string, path: readonly string[]): void {
    const [min, max] = [get(`min${what}`), get(`max${what}`)];
    if (typeof min === 'number' && size < min) this.#fault(path, `must have at least ${min} ${noun}`);
    if (typeof max === 'number' && size > max) this.#fault(path, `must have at most ${max} ${noun}`);
  }

  #checkObject(get: Get, value: JsonObject, path: readonly string[], depth: number): void {
    const keys = Object.keys(value);
    this.#checkSize(get, 'Properties', keys.length, 'keys', path);
    for (const key of strings(get('required')))
      if (!Object.hasOwn(value, key)) this.#fault([...path, key], 'is required');
    const dependent = get('dependentRequired');
    for (const [key, needed] of isJsonObject(dependent) ? Object.entries(dependent) : []) {
      if (!Object.hasOwn(value, key)) continue;
      for (const other of strings(needed))
        if (!Object.hasOwn(value, other)) this.#fault([...path, other], `is required together with ${key}`);
    }
    const names = get('propertyNames');
    if (names !== undefined)
      for (const key of keys)
        if (!this.#fits(names, key, depth)) this.#fault([...path, key], 'has a name that is not allowed');
    this.#checkProperties(get, value, path, depth);
  }

  #checkProperties(get: Get, value: JsonObject, path: readonly string[], depth: number): void {
    const [properties, patterns, additional] = [
      get('properties'),
      get('patternProperties'),
      get('additionalProperties'),
    ];
    for (const [key, member] of Object.entries(value)) {
      const at = [...path, key];
      let known = false;
      if (isJsonObject(properties) && Object.hasOwn(properties, key)) {
        known = true;
        this.check(properties[key] as Json, member, at, depth + 1);
      }
      for (const [pattern, schema] of isJsonObject(patterns) ? Object.entries(patterns) : []) {
        if (safePattern(pattern)?.matcher(key).find() !== true) continue;
        known = true;
        this.check(schema, member, at, depth + 1);
      }
      if (known || additional === undefined) continue;
      if (additional === false)
        this.faults.push({
          path: at,
          text: unknownText(isJsonObject(properties) ? Object.keys(properties) : []),
          severity: 'error',
        });
      else this.check(additional, member, at, depth + 1);
    }
  }

  #checkCombinations(get: Get, value: Json, path: readonly string[], depth: number): void {
    const [all, any, one, not, condition] = [get('allOf'), get('anyOf'), get('oneOf'), get('not'), get('if')];
    if (Array.isArray(all)) for (const each of all as readonly Json[]) this.check(each, value, path, depth + 1);
    if (Array.isArray(any) && !any.some((each: Json) => this.#fits(each, value, depth)))
      this.#fault(path, 'fits none of the forms allowed');
    if (Array.isArray(one) && one.filter((each: Json) => this.#fits(each, value, depth)).length !== 1)
      this.#fault(path, 'must fit exactly one of the forms allowed');
    if (not !== undefined && this.#fits(not, value, depth)) this.#fault(path, 'has a form that is not allowed');
    if (condition === undefined) return;
    const then = get(this.#fits(condition, value, depth) ? 'then' : 'else');
    if (then !== undefined) this.check(then, value, path, depth + 1);
  }

  /** True if `value` fits, without keeping what does not. */
  #fits(schema: Json, value: Json, depth: number): boolean {
    const before = this.faults.length;
    this.check(schema, value, [], depth + 1);
    return this.faults.splice(before).every(({ severity }) => severity !== 'error');
  }
}

type Get = (key: string) => Json | undefined;

function isOfType(type: Json, value: Json): boolean {
  switch (type) {
    case 'object':
      return isJsonObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

function unknownText(known: readonly string[]): string {
  return known.length > 0 && known.length <= 20 ? `is not known; known are ${known.join(', ')}` : 'is not known';
}
