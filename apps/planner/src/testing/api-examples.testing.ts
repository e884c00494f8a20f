import type { Json } from '@muster/model';
import type { ApiDescription, ApiOperation, ApiSchema } from './api-description.testing';

/**
 * The request body that an operation's description gives as example: its own, or put together of its fields' examples.
 * Undefined: the operation takes no JSON. Throws for a required field that has none.
 */
export function exampleOf(api: ApiDescription, operation: ApiOperation): Json | undefined {
  const schema = operation.bodies['application/json']?.schema;
  return schema && exampleOfSchema(api, schema, operation.id);
}

/** As above, one for each form that the body may have; none: the operation takes no JSON. */
export function examplesOf(api: ApiDescription, operation: ApiOperation): readonly Json[] {
  const schema = Object.entries(operation.bodies).find(([type]) => type.endsWith('json'))?.[1].schema;
  if (schema === undefined) return [];
  const { oneOf } = api.resolve(schema);
  const forms = Array.isArray(oneOf) ? (oneOf as ApiSchema[]) : [schema];
  return forms.map((form) => exampleOfSchema(api, form, operation.id));
}

function exampleOfSchema(api: ApiDescription, written: ApiSchema, where: string): Json {
  const schema = api.resolve(written);
  if (schema['example'] !== undefined) return schema['example'];
  const forms = schema['oneOf'];
  if (Array.isArray(forms)) return exampleOfSchema(api, forms[0] as ApiSchema, where);
  if (schema.type === 'array') return [exampleOfSchema(api, schema['items'] as ApiSchema, where)];
  if (schema.properties === undefined && schema.type !== 'object')
    throw new Error(`${where} is required and has no example`);
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]): [string, Json][] => {
    const isRequired = schema.required?.includes(name) === true;
    if (!isRequired && api.resolve(member)['example'] === undefined) return [];
    return [[name, exampleOfSchema(api, member, `${where}.${name}`)]];
  });
  return Object.fromEntries(members);
}
