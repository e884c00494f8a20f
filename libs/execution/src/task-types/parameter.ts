import { isJsonObject, type Json, type JsonObject } from '@muster/model';

/** A parameter is missing or of the wrong kind; planning should have refused it. */
export class ParameterWrong extends Error {}

/** The string parameter `key`; fails with `ParameterWrong` when it is absent or something else. */
export function stringParameter(parameters: JsonObject, key: string): string {
  const value = parameters[key];
  if (typeof value === 'string') return value;
  throw new ParameterWrong(`parameter ${key} is ${value === undefined ? 'missing' : 'not a string'}`);
}

/** As `stringParameter`; null when it is absent or null. */
export function optionalString(parameters: JsonObject, key: string): string | null {
  return parameters[key] === undefined || parameters[key] === null ? null : stringParameter(parameters, key);
}

/** True or false; false when it is absent or null. */
export function flagParameter(parameters: JsonObject, key: string): boolean {
  const value = parameters[key] ?? false;
  if (typeof value !== 'boolean') throw new ParameterWrong(`parameter ${key} is neither true nor false`);
  return value;
}

/** A file mode such as `0644`, as octal digits without leading zeros, as `stat` tells them; null when absent. */
export function permissions(parameters: JsonObject, key: string): string | null {
  const value = parameters[key];
  if (value === undefined || value === null) return null;
  const text = String(value);
  if (/^[0-7]{3,4}$/.test(text)) return Number.parseInt(text, 8).toString(8);
  throw new ParameterWrong(`parameter ${key} is ${text}, not an octal mode such as "0644"`);
}

/** The list of objects `key`. */
export function objectsParameter(parameters: JsonObject, key: string): readonly JsonObject[] {
  const value = parameters[key];
  if (Array.isArray(value) && value.every((each: Json) => isJsonObject(each))) return value;
  throw new ParameterWrong(`parameter ${key} is ${value === undefined ? 'missing' : 'not a list of mappings'}`);
}
