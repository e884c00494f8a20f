import type { Json, JsonObject } from '@muster/model';
import { bundleOf, MANIFEST, parsed } from '../catalog.testing';
import { mapAtPaths, secretPaths } from '@muster/model/schema';
import { withDefaults } from './settings-defaults';
import { validateJson } from '@muster/model/schema';

const faults = (schema: JsonObject, value: Json): string[] =>
  validateJson(schema, value).map(({ path, text }) => `${path.join('.')} ${text}`);

describe('a schema of settings', () => {
  it.each<[JsonObject, Json, string[]]>([
    [{ type: 'object' }, {}, []],
    [{ type: 'object' }, [], [' must be of type object']],
    [{ type: ['string', 'null'] }, null, []],
    [{ type: 'integer' }, 1.5, [' must be of type integer']],
    [{ properties: { a: { type: 'number', minimum: 1, exclusiveMaximum: 5 } } }, { a: 0 }, ['a must be at least 1']],
    [{ properties: { a: { multipleOf: 0.1 } } }, { a: 0.3 }, []],
    [{ properties: { a: { enum: [1, 'x', null] } } }, { a: 2 }, ['a must be one of 1, "x", null']],
    [{ const: { a: [1, 2] } }, { a: [1, 2] }, []],
    [{ required: ['a', 'b'], properties: { b: false } }, { b: 1 }, ['a is required', 'b is not allowed here']],
    [{ properties: { a: {} }, additionalProperties: false }, { a: 1, b: 2 }, ['b is not known; known are a']],
    [
      { patternProperties: { '^x-': { type: 'string' } }, additionalProperties: { type: 'number' } },
      { 'x-a': 1, b: 'c' },
      ['x-a must be of type string', 'b must be of type number'],
    ],
    [{ propertyNames: { pattern: '^[a-z]+$' } }, { A: 1 }, ['A has a name that is not allowed']],
    [{ minProperties: 1, maxProperties: 2 }, {}, [' must have at least 1 keys']],
    [{ dependentRequired: { a: ['b'] } }, { a: 1 }, ['b is required together with a']],
    [
      { items: { type: 'string' }, minItems: 1, maxItems: 2, uniqueItems: true },
      ['a', 'a', 1],
      [' must have at most 2 items', '2 must be of type string', ' must not repeat an item'],
    ],
    [{ prefixItems: [{ type: 'string' }], items: false }, ['a', 'b'], ['1 is not allowed here']],
    [{ contains: { const: 3 } }, [1, 2], [' lacks an item of the kind that it must contain']],
    [{ minLength: 2, maxLength: 3 }, '😀', [' must have at least 2 characters']],
    [{ pattern: '^a+$' }, 'b', [' must match the pattern ^a+$']],
    [{ format: 'ipv4' }, '1.2.3.400', [' must be a ipv4']],
    [{ format: 'ipv6' }, '::1', []],
    [{ allOf: [{ type: 'number' }, { minimum: 3 }] }, 2, [' must be at least 3']],
    [{ anyOf: [{ type: 'string' }, { minimum: 3 }] }, 2, [' fits none of the forms allowed']],
    [{ oneOf: [{ type: 'number' }, { minimum: 1 }] }, 2, [' must fit exactly one of the forms allowed']],
    [{ not: { type: 'number' } }, 2, [' has a form that is not allowed']],
    [
      { if: { properties: { tls: { const: true } } }, then: { required: ['cert'] }, else: { required: ['why'] } },
      { tls: true },
      ['cert is required'],
    ],
    [
      { $defs: { port: { maximum: 65535 } }, properties: { a: { $ref: '#/$defs/port' } } },
      { a: 70000 },
      ['a must be at most 65535'],
    ],
    [{ properties: { a: { fixed: true, default: 1 } } }, { a: 2 }, ['a is fixed by the release and cannot be changed']],
    [{ properties: { a: { deprecated: true } } }, { a: 2 }, ['a is deprecated']],
    [{ $ref: '#' }, {}, [' cannot be checked: the schema goes round in circles or is too large']],
    [
      { properties: { constructor: { type: 'number' } } },
      { constructor: 'x', toString: 1 },
      ['constructor must be of type number'],
    ],
  ])('%j on %j: %j', (schema, value, expected) => {
    expect(faults(schema, value)).toEqual(expected);
  });

  it('does not hang on catastrophic patterns or on schemas that multiply', () => {
    expect(faults({ pattern: '^((a+)+)+$' }, `${'a'.repeat(50_000)}!`)).toHaveLength(1);
    const multiplying: JsonObject = {
      $defs: Object.fromEntries(
        Array.from({ length: 40 }, (_, index) => [
          `d${index}`,
          { allOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
        ]),
      ),
      $ref: '#/$defs/d0',
    };
    expect(faults(multiplying, {})).toEqual([' cannot be checked: the schema goes round in circles or is too large']);
  });

  it('takes a sealed secret for any type, and never shows a value', () => {
    const sealed = { $sealed: { v: 1, key: 'k', wrapped: 'w', data: 'd', fingerprint: 'f' } };
    expect(faults({ properties: { a: { type: 'string', minLength: 8 } } }, { a: sealed })).toEqual([]);
    const secret = 'hunter2-marker';
    const all = faults(
      {
        properties: {
          a: { type: 'number' },
          b: { pattern: '^x' },
          c: { enum: ['y'] },
          d: { const: 'z' },
          e: { maxLength: 1 },
        },
      },
      { a: secret, b: secret, c: secret, d: secret, e: secret },
    );
    expect(all).toHaveLength(5);
    expect(all.join()).not.toContain(secret);
  });

  it('is checked at publishing, key by key', () => {
    const settings = [
      '  type: objekt',
      '  properties:',
      '    a: {type: string, patern: x}',
      '    b: {pattern: "(?=x)"}',
      '    c: {$ref: "#/$defs/gone"}',
      '    d: {minLength: -1}',
      '    e: [1]',
      '    f: {required: a, enum: 1, secret: "yes"}',
    ];
    const { problems } = parsed({ 'release.yaml': `${MANIFEST}settings:\n${settings.join('\n')}\n` });
    expect(problems.map(({ code, place }) => `${code} ${place?.line} ${place?.path}`)).toEqual([
      'BUNDLE_SCHEMA_INVALID 4 settings.type',
      'BUNDLE_UNKNOWN_KEY 6 settings.properties.a.patern',
      'BUNDLE_SCHEMA_INVALID 7 settings.properties.b.pattern',
      'BUNDLE_SCHEMA_INVALID 8 settings.properties.c.$ref',
      'BUNDLE_SCHEMA_INVALID 9 settings.properties.d.minLength',
      'BUNDLE_SCHEMA_INVALID 10 settings.properties.e',
      'BUNDLE_SCHEMA_INVALID 11 settings.properties.f.required',
      'BUNDLE_SCHEMA_INVALID 11 settings.properties.f.enum',
      'BUNDLE_SCHEMA_INVALID 11 settings.properties.f.secret',
    ]);
    expect(
      bundleOf({ 'release.yaml': `${MANIFEST}settings: {type: object, x-ours: 1, properties: {a: true}}` }).settings,
    ).toEqual({ type: 'object', 'x-ours': 1, properties: { a: true } });
  });
});

describe('defaults', () => {
  it.each<[JsonObject, JsonObject, JsonObject]>([
    [{ properties: { a: { default: 1 }, b: { default: 2 } } }, { a: 5 }, { a: 5, b: 2 }],
    [{ properties: { db: { properties: { port: { default: 5432 } } } } }, {}, { db: { port: 5432 } }],
    [
      { properties: { db: { properties: { port: { default: 5432 } } } } },
      { db: { name: 'x' } },
      { db: { name: 'x', port: 5432 } },
    ],
    // A group that would lack something required is not made up.
    [{ properties: { db: { required: ['name'], properties: { port: { default: 5432 } } } } }, {}, {}],
    [{ properties: { db: { default: {}, properties: { port: { default: 1 } } } } }, {}, { db: { port: 1 } }],
    [
      { $defs: { d: { properties: { p: { default: 1 } } } }, properties: { a: { $ref: '#/$defs/d' } } },
      { a: {} },
      { a: { p: 1 } },
    ],
    [{ allOf: [{ properties: { a: { default: 1 } } }] }, {}, { a: 1 }],
    [{ properties: { a: { default: null } } }, {}, { a: null }],
    [{ properties: { a: { properties: { b: { default: 1 } } } } }, { a: 'text' }, { a: 'text' }],
  ])('%j fill %j up to %j', (schema, value, expected) => {
    expect(withDefaults(schema, value)).toEqual(expected);
  });

  it('stop at schemas that go round in circles', () => {
    expect(withDefaults({ properties: { a: { $ref: '#' }, b: { default: 1 } } }, { b: 2 })).toMatchObject({ b: 2 });
  });
});

describe('secrets', () => {
  const schema: JsonObject = {
    $defs: { password: { type: 'string', secret: true } },
    properties: {
      password: { $ref: '#/$defs/password' },
      users: { items: { properties: { name: {}, key: { secret: true } } } },
      tokens: { additionalProperties: { secret: true } },
      either: { anyOf: [{ type: 'number' }, { secret: true }] },
      whole: { secret: true, properties: { inner: { secret: true } } },
    },
    patternProperties: { _key$: { secret: true } },
  };
  const settings: JsonObject = {
    password: 'p',
    users: [{ name: 'n', key: 'k' }],
    tokens: { a: 't' },
    either: 'e',
    whole: { inner: 1 },
    ssh_key: 's',
    open: 'o',
  };

  it('are listed where the schema says so and a value is there', () => {
    expect(secretPaths(schema, settings).map((path) => path.join('.'))).toEqual([
      'either',
      'password',
      'ssh_key',
      'tokens.a',
      'users.0.key',
      'whole',
    ]);
    expect(secretPaths(schema, {})).toEqual([]);
    expect(secretPaths(null, settings)).toEqual([]);
  });

  it('can be replaced in place', () => {
    expect(mapAtPaths(settings, secretPaths(schema, settings), () => 'X')).toEqual({
      password: 'X',
      users: [{ name: 'n', key: 'X' }],
      tokens: { a: 'X' },
      either: 'X',
      whole: 'X',
      ssh_key: 'X',
      open: 'o',
    });
  });
});
