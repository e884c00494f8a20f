/** What the value of a keyword of JSON Schema must be. */
export type KeywordShape =
  | 'schema'
  | 'schemas'
  | 'schema-map'
  | 'types'
  | 'count'
  | 'number'
  | 'positive'
  | 'string'
  | 'strings'
  | 'strings-map'
  | 'pattern'
  | 'reference'
  | 'list'
  | 'boolean'
  | 'generate'
  | 'anything';

/**
 * Keywords of JSON Schema (draft 2020-12) that settings may use, with ours: `secret`, `generate`, `fixed`.
 * Remote references and dynamic ones are not among them: nothing is fetched.
 */
export const SCHEMA_KEYWORDS: Readonly<Record<string, KeywordShape>> = {
  $schema: 'string',
  $id: 'string',
  $comment: 'string',
  $ref: 'reference',
  $defs: 'schema-map',
  definitions: 'schema-map',
  title: 'string',
  description: 'string',
  default: 'anything',
  examples: 'list',
  deprecated: 'boolean',
  readOnly: 'boolean',
  writeOnly: 'boolean',
  format: 'string',
  secret: 'boolean',
  generate: 'generate',
  fixed: 'boolean',
  type: 'types',
  enum: 'list',
  const: 'anything',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
  multipleOf: 'positive',
  minLength: 'count',
  maxLength: 'count',
  pattern: 'pattern',
  items: 'schema',
  prefixItems: 'schemas',
  contains: 'schema',
  minItems: 'count',
  maxItems: 'count',
  uniqueItems: 'boolean',
  properties: 'schema-map',
  patternProperties: 'schema-map',
  additionalProperties: 'schema',
  propertyNames: 'schema',
  required: 'strings',
  dependentRequired: 'strings-map',
  minProperties: 'count',
  maxProperties: 'count',
  allOf: 'schemas',
  anyOf: 'schemas',
  oneOf: 'schemas',
  not: 'schema',
  if: 'schema',
  then: 'schema',
  else: 'schema',
};

export const SCHEMA_TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;
