import type { EventKind } from './event-kinds';
import { type JsonType, jsonTypeOf } from './kind-field';

export interface KindSchema extends Record<string, unknown> {
  readonly type: 'object';
}

/** JSON Schema of `subject` and `data` of a kind. */
export function schemaOf({ subject, data }: EventKind): KindSchema {
  const members = Object.entries(data);
  return {
    type: 'object',
    required: ['subject', 'data'],
    properties: {
      subject: { type: 'object', required: [...subject], additionalProperties: { type: 'string' } },
      data: {
        type: 'object',
        required: members.map(([name]) => name).filter((name) => !name.endsWith('?')),
        properties: Object.fromEntries(
          members.map(([name, { types, meaning }]) => [
            bare(name),
            { type: types.length === 1 ? types[0] : [...types], description: meaning },
          ]),
        ),
      },
    },
  };
}

/** What is wrong with an event of a kind; empty: nothing. Members that the kind does not list are wrong, too. */
export function faultsOf(
  kind: EventKind,
  event: { readonly subject: object; readonly data: Readonly<Record<string, unknown>> },
): readonly string[] {
  const faults = kind.subject.filter((name) => !(name in event.subject)).map((name) => `subject.${name} is missing`);
  const known = new Map(Object.entries(kind.data).map(([name, field]) => [bare(name), { name, types: field.types }]));
  for (const { name, types } of known.values()) {
    const value = event.data[bare(name)];
    if (value === undefined && !name.endsWith('?')) faults.push(`data.${name} is missing`);
    else if (value !== undefined && !types.includes(jsonTypeOf(value) as JsonType))
      faults.push(`data.${bare(name)} is ${jsonTypeOf(value)}`);
  }
  for (const name of Object.keys(event.data)) if (!known.has(name)) faults.push(`data.${name} is not told of`);
  return faults;
}

function bare(name: string): string {
  return name.replace(/\?$/, '');
}
