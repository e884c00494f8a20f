import { isJsonObject, isOutputBinding, type Json, type TaskDefinition } from '@muster/model';

export interface WrittenBinding {
  readonly task: string;
  /** First part of the field's path; null: the whole output. */
  readonly field: string | null;
}

/** Output bindings in a definition's parameters, in the order in which they stand there. */
export function bindingsOf({ parameters }: TaskDefinition): WrittenBinding[] {
  return collect(parameters);
}

function collect(value: Json): WrittenBinding[] {
  if (Array.isArray(value)) return value.flatMap((each: Json) => collect(each));
  if (!isJsonObject(value)) return [];
  const { output } = value;
  if (!isOutputBinding(value) || !isJsonObject(output)) return Object.values(value).flatMap(collect);
  const { task, field } = output;
  return [{ task: String(task), field: typeof field === 'string' ? field : null }];
}
