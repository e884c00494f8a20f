import type { Json } from '@muster/model';
import fc from 'fast-check';
import type { ApiDescription, ApiOperation, ApiSchema } from './api-description.testing';
import type { Asked, ContractWorld } from './contract-world.testing';

const NASTY = [
  '',
  ' ',
  '..',
  '%00',
  '-x',
  "'",
  '$(x)',
  '\u001b[31m',
  '\ud83d\ude00',
  'x'.repeat(3000),
  '__proto__',
  '1e309',
];
const NOWHERE = '00000000-0000-4000-8000-000000000000';
/** Nobody ends these answers but the asker. */
const ENDLESS = ['follow'];
/** What would leave the runs that follow nothing to be about: asked for what is not there. */
const isLast = ({ method, id }: ApiOperation) =>
  method === 'delete' || /^(archive|retire|revoke|forceClose|remove)/.test(id);

/** Requests to an operation: mostly as its schemas say, of things that are there; some broken in one place or all. */
export function requestOf(world: ContractWorld, operation: ApiOperation): fc.Arbitrary<Asked> {
  const { api } = world;
  const real = Object.entries(world.idsOf(operation));
  const nasty = fc.constantFrom(...NASTY.slice(1).filter((each) => each !== '..'), NOWHERE);
  const ids = fc.record(
    Object.fromEntries(
      real.map(([name, value]) => [
        name,
        isLast(operation) ? nasty : fc.oneof({ weight: 8, arbitrary: fc.constant(value) }, nasty),
      ]),
    ),
  );
  const known = Object.values(world.ids);
  const queries = operation.parameters.filter((each) => each.in === 'query' && !ENDLESS.includes(each.name));
  const query = fc
    .record(Object.fromEntries(queries.map(({ name, schema }) => [name, jsonOf(api, schema ?? {}, known)])), {
      requiredKeys: [],
    })
    .map((values) => {
      const text = new URLSearchParams(
        Object.entries(values).map(([name, value]): [string, string] => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ).toString();
      return text === '' ? '' : `?${text}`;
    });
  const schema = operation.bodies['application/json']?.schema;
  const body =
    schema === undefined ? fc.constant(null) : jsonOf(api, schema, known).map((each) => JSON.stringify(each));
  return fc
    .record({ ids, query, body })
    .map((each) => ({ ids: each.ids, query: each.query, ...(each.body === null ? {} : { body: each.body }) }));
}

function jsonOf(api: ApiDescription, written: ApiSchema, known: readonly string[], depth = 0): fc.Arbitrary<Json> {
  const broken = fc.oneof(fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>, fc.constantFrom(...NASTY));
  return fc.oneof({ weight: 9, arbitrary: fitting(api, written, known, depth) }, { weight: 1, arbitrary: broken });
}

function fitting(api: ApiDescription, written: ApiSchema, known: readonly string[], depth: number): fc.Arbitrary<Json> {
  const schema = api.resolve(written);
  const inner = (each: Json | undefined) => jsonOf(api, (each ?? {}) as ApiSchema, known, depth + 1);
  const example = schema['example'];
  const { enum: values, oneOf: forms } = schema;
  if (Array.isArray(values)) return fc.constantFrom(...(values as readonly Json[]));
  if (Array.isArray(forms)) return fc.oneof(...forms.map((form: Json) => inner(form)));
  if (example !== undefined && schema.properties === undefined)
    return fc.oneof({ weight: 3, arbitrary: fc.constant(example) }, plain(schema, known, inner));
  return plain(schema, known, inner);
}

function plain(
  schema: ApiSchema,
  known: readonly string[],
  inner: (schema: Json | undefined) => fc.Arbitrary<Json>,
): fc.Arbitrary<Json> {
  const { minimum, maximum } = schema;
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: Number(minimum ?? 0), max: Math.max(Number(minimum ?? 0), Number(maximum ?? 1000)) }),
        fc.constantFrom(Number(minimum ?? 0), Number(maximum ?? Number.MAX_SAFE_INTEGER), -1, 2 ** 31, 2 ** 53),
      );
    case 'array':
      return fc.array(inner(schema['items']), { maxLength: 3 });
    case 'object':
      return schema.properties === undefined
        ? fc.dictionary(fc.string({ maxLength: 8 }), inner({}), { maxKeys: 3 })
        : fc.record(
            Object.fromEntries(Object.entries(schema.properties).map(([name, member]) => [name, inner(member)])),
            { requiredKeys: [...(schema.required ?? [])] },
          );
    case 'string':
      return fc.oneof(fc.constantFrom(...known), fc.string({ unit: 'grapheme', maxLength: 30 }));
    default:
      return fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>;
  }
}
