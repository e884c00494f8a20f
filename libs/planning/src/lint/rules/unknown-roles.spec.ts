import { plugin } from '../../planning.testing';
import { found, foundIn, shell } from '../lint.testing';

const roles = { web: {}, db: { hasPrimary: true }, store: { tags: ['disk'] } };

describe('roles and tags that no node gets', () => {
  it.each([
    [{ roles: ['wbe'] }, 'names the role or tag `wbe`, which is not declared'],
    [{ tags: ['store'] }, 'names the role or tag `store`, which is not declared'],
    [{ tags: ['primary-web'] }, 'names `primary-web`, and `web` has no primary'],
    [{ groups: ['/^x/'] }, 'has the role `/^x/`, which matches none that is declared'],
    [{ roles: ['*'] }, 'has `*` in a list, where it is only a name'],
    [
      { roles: '*', 'cross-depends': [{ name: 'x', role: ['wbe'] }] },
      'names the role or tag `wbe`, which is not declared',
    ],
    [{ roles: '*', requires: [{ name: 'x', role: 'self-' }] }, 'names the role or tag `self-`, which is not declared'],
  ])('are found in %j', (more, summary) => {
    expect(
      found('LINT_UNKNOWN_ROLE', [shell('x', { roles: ['web'] }), shell('a', { roles: null, ...more })], { roles }),
    ).toEqual([`warning task a: ${summary}`]);
  });

  it.each([
    { roles: ['web', 'master'] },
    { tags: ['disk', 'primary-db', 'db'] },
    { tags: ['extra'] },
    { groups: ['/^(primary-)?db$/'] },
    {
      roles: '*',
      'cross-depends': [
        { name: 'x', role: 'self' },
        { name: 'x', role: [null, 'db'] },
        { name: 'x', role: '*' },
      ],
    },
  ])('are not found in %j', (more) => {
    const tasks = [shell('x', { roles: ['web'] }), shell('a', { roles: null, ...more })];
    expect(found('LINT_UNKNOWN_ROLE', tasks, { roles, tags: { extra: {} } })).toEqual([]);
  });

  it('are not known where none is declared, or a release declares them', () => {
    const tasks = [shell('a', { roles: ['wbe'] })];
    expect(found('LINT_UNKNOWN_ROLE', tasks)).toEqual([]);
    expect(foundIn('LINT_UNKNOWN_ROLE', plugin('p', tasks, { roles }))).toEqual([]);
  });

  it('that are no pattern are an error', () => {
    expect(found('LINT_BAD_PATTERN', [shell('a', { roles: ['/(/'] })])).toEqual([
      'error task a: has the role `/(/`, which is no regular expression that can be used',
    ]);
  });

  it('are found in what roles exclude', () => {
    const conflicts = (name: string): object => ({ roles: { a: { conflicts: [name] }, b: {} } });
    expect(found('LINT_UNKNOWN_ROLE', [shell('x')], conflicts('bb'))).toEqual([
      'warning role a: excludes the role `bb`, which is not declared',
    ]);
    expect(found('LINT_UNKNOWN_ROLE', [shell('x')], conflicts('b'))).toEqual([]);
  });
});
