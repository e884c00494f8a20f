import { parseBundle } from '@muster/catalog';
import type { Bundle } from '@muster/model';
import { plugin } from '../../planning.testing';
import { lintBundle } from '../lint-bundle';
import { found, foundIn, shell } from '../lint.testing';

const bad = { yaql_exp: '$.a +' };
const code = 'LINT_BAD_EXPRESSION';

describe('expressions', () => {
  it.each([
    ['condition', { condition: bad }],
    ['condition', { condition: 'settings:a ==' }],
    ['parameters', { type: 'validate', parameters: { some: [{ deep: bad }] } }],
    ['parameters.strategy', { parameters: { cmd: 'x', strategy: { type: 'parallel', amount: bad } } }],
    ['inputs', { inputs: { a: bad } }],
    ['requires', { requires: [bad] }],
    ['cross-depends', { 'cross-depends': [{ name: 'a', role: bad }] }],
    ['condition', { condition: { yaql_exp: 'changd($.a)' } }],
  ])('that cannot be read are an error in %s', (key, more) => {
    expect(found(code, [shell('a', more)])).toEqual([
      expect.stringMatching(
        `^error task a: has an expression in \`${key}\` that cannot be read: .+ \\(line 1, column \\d+\\)`,
      ),
    ]);
  });

  it('that cannot be read are an error in the filter of nodes of a graph, at its place', () => {
    const { bundle } = parseBundle([
      { path: 'release.yaml', text: 'name: r\nversion: 1.0.0\n' },
      { path: 'graphs/go/tasks.yaml', text: '[{id: x, type: shell, role: "*", parameters: {cmd: "true"}}]' },
      { path: 'graphs/go/graph.yaml', text: 'on_stop:\nnode_filter: $.status = = ready\n' },
      { path: 'graphs/fine/graph.yaml', text: 'node_filter: $.status = ready\n' },
    ]);
    expect(lintBundle(bundle as Bundle).filter((each) => each.code === code)).toMatchObject([
      {
        severity: 'error',
        subject: 'graph go',
        summary: expect.stringMatching(
          /^has an expression in `node_filter` that cannot be read: .+column 12/,
        ) as string,
        place: { file: 'graphs/go/graph.yaml', line: 2 },
      },
    ]);
  });

  it('that can be read are none, nor is a plain true', () => {
    const more = { condition: { yaql_exp: 'changed($.a)' }, inputs: { a: { yaql_exp: '$.a + 1' } } };
    expect(found(code, [shell('a', more), shell('b', { condition: 'true' })])).toEqual([]);
  });
});

describe('settings in expressions', () => {
  const properties = { storage: { type: 'object', additionalProperties: false, properties: { pool: {} } } };
  const reading = (text: string, settings: object): string[] =>
    found('LINT_UNKNOWN_SETTING', [shell('a', { condition: { yaql_exp: text } })], { settings });

  it('that the schema has not and does not allow are found', () => {
    expect(reading('$.storage.size = 1', { type: 'object', properties })).toEqual([
      'warning task a: reads the setting `$.storage.size`, of which the schema has no `size`',
    ]);
  });

  it('are advice where the schema allows others and one is called nearly so', () => {
    expect(reading('$.storag.pool = 1', { type: 'object', properties })).toEqual([
      'info task a: reads the setting `$.storag.pool`, of which the schema has no `storag`',
    ]);
    expect(reading('$.other = 1', { type: 'object', properties })).toEqual([]);
  });

  it('are not found where the schema has them, or the node always does, or nobody says', () => {
    const closed = { type: 'object', properties, additionalProperties: false };
    expect(reading('$.storage.pool = 1 and $.uid = "1"', closed)).toEqual([]);
    expect(reading('$.x = 1', closed)).toHaveLength(1);
    expect(reading('$.x = 1', { ...closed, allOf: [{}] })).toEqual([]);
    const tasks = [shell('a', { condition: { yaql_exp: '$.x = 1' } })];
    expect(foundIn('LINT_UNKNOWN_SETTING', plugin('p', tasks, { settings: closed }))).toEqual([]);
  });
});
