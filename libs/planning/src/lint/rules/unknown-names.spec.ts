import { plugin, release } from '../../planning.testing';
import { lintBundle } from '../lint-bundle';
import { found, foundIn, shell } from '../lint.testing';

describe('names that exist nowhere', () => {
  it.each([
    ['requires', { requires: ['instal'] }],
    ['required_for', { required_for: ['instal'] }],
    ['cross-depends', { 'cross-depends': [{ name: 'instal' }] }],
    ['cross-depended-by', { 'cross-depended-by': [{ name: 'instal', role: 'self' }] }],
    ['after', { after: ['instal'] }],
    ['parameters', { parameters: { cmd: { output: { task: 'instal', field: 'x' } } } }],
  ])('are found in %s, once each, with the nearest one', (key, more) => {
    const findings = lintBundle(release([shell('install'), shell('b', more)]));
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'LINT_UNKNOWN_NAME',
        severity: 'warning',
        subject: 'task b',
        place: expect.objectContaining({ file: 'tasks.yaml', path: key }) as object,
        remedy: expect.stringContaining('`install`') as string,
      }),
    ]);
  });

  it('are not found in names that exist, nor in what is computed', () => {
    const b = shell('b', { requires: ['install', { yaql_exp: "'instal'" }], after: ['/inst/'] });
    const tasks = [shell('install'), b];
    expect([...found('LINT_UNKNOWN_NAME', tasks), ...found('LINT_MATCHES_NOTHING', tasks)]).toEqual([]);
  });

  it('are found among the members of a group; a group is none', () => {
    const group = (tasks: string[]) => ({ id: 'g', type: 'group', roles: ['a'], tasks });
    const other = { id: 'h', type: 'group', roles: ['a'] };
    expect(found('LINT_UNKNOWN_NAME', [group(['install', 'instal', 'h']), other, shell('install')])).toEqual([
      'warning group g: has the member `instal`, which exists nowhere',
      'warning group g: has the group `h` as a member',
    ]);
  });

  it('are found in patches, which are looked at where they apply', () => {
    expect(
      found('LINT_UNKNOWN_NAME', [shell('a'), { patch: 'b', timeout: 5 }, { patch: 'a', requires: ['c'] }]),
    ).toEqual(['warning task a: names `c`, which exists nowhere', 'warning task b: is patched, and exists nowhere']);
  });

  it('may be those of the release in a plugin: only what is nearly its own is told, as advice', () => {
    const tasks = [shell('install'), shell('b', { requires: ['instal', 'of-the-release', '/^of-the/'] })];
    const own = plugin('p', tasks);
    expect(foundIn('LINT_UNKNOWN_NAME', own)).toEqual(['info task b: names `instal`, which is not in this plugin']);
    expect(foundIn('LINT_MATCHES_NOTHING', own)).toEqual([]);
  });
});

describe('patterns', () => {
  it('that match nothing are found; those that match something are not', () => {
    const b = shell('b', { requires: ['/^inst$/', '/^inst/', '/stall/'] });
    expect(found('LINT_MATCHES_NOTHING', [shell('install'), b])).toEqual([
      'warning task b: names `/^inst$/`, which matches no task definition',
      'warning task b: names `/stall/`, which matches no task definition',
    ]);
  });

  it('that are none are an error', () => {
    expect(found('LINT_BAD_PATTERN', [shell('a', { after: ['/(/'] })])).toEqual([
      'error task a: names `/(/`, which is no regular expression that can be used',
    ]);
    expect(found('LINT_BAD_PATTERN', [shell('a', { after: ['/()/'] })])).toEqual([]);
  });
});
