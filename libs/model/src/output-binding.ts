import { isJsonObject, type Json, type JsonObject } from './json';

/** A parameter whose value comes from what another task gave. */
export interface OutputBinding {
  readonly output: {
    readonly task: string;
    /** Written by planning where it was absent. */
    readonly node?: string | null;
    /** Key of the outputs, or a path through them with dots; absent: all of them. */
    readonly field?: string;
  };
}

/** True for `{output: {task, ...}}` and nothing else in it. */
export function isOutputBinding(value: Json): value is JsonObject & OutputBinding {
  return (
    isJsonObject(value) &&
    Object.keys(value).length === 1 &&
    isJsonObject(value['output']) &&
    typeof value['output']['task'] === 'string'
  );
}
