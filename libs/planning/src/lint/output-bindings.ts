import { isJsonObject, isOutputBinding, type Json, type TaskDefinition } from '@muster/model';
import type { LintWork } from './lint-work';

export interface WrittenBinding {
  readonly task: string;
  /** First part of the field's path; null: the whole output. */
  readonly field: string | null;
  /** Null: none is named, or the sync point. */
  readonly node: string | null;
}

/** Output bindings in a definition's parameters, in the order in which they stand there. */
export function bindingsOf(work: LintWork, { parameters }: TaskDefinition): WrittenBinding[] {
  return collect(work, parameters);
}

function collect(work: LintWork, value: Json): WrittenBinding[] {
  work.spend(0.2);
  if (Array.isArray(value)) return value.flatMap((each: Json) => collect(work, each));
  if (!isJsonObject(value)) return [];
  const { output } = value;
  if (!isOutputBinding(value) || !isJsonObject(output))
    return Object.values(value).flatMap((each) => collect(work, each));
  const { task, field, node } = output;
  return [
    {
      task: String(task),
      field: typeof field === 'string' ? field : null,
      node: typeof node === 'string' ? node : null,
    },
  ];
}
