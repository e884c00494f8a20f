import { plugin } from '../../planning.testing';
import { found, foundIn, shell } from '../lint.testing';

const code = 'LINT_PLACED_NOWHERE';

describe('a definition without placement', () => {
  it('never runs', () => {
    expect(found(code, [shell('a', { roles: null }), shell('b', { roles: [] })])).toEqual([
      'warning task a: has neither tags nor roles nor groups, and no group names it: it never runs',
      'warning task b: has neither tags nor roles nor groups, and no group names it: it never runs',
    ]);
  });

  it('runs where a group has it, and a stage needs none', () => {
    const group = { id: 'g', type: 'group', roles: ['a'], tasks: ['a'] };
    expect(found(code, [shell('a', { roles: null }), group, { id: 's', type: 'stage' }])).toEqual([]);
  });

  it('may be named by a group of the release, in a plugin', () => {
    expect(foundIn(code, plugin('p', [shell('a', { roles: null })]))).toEqual([
      'info task a: has neither tags nor roles nor groups, and no group of this plugin names it',
    ]);
  });
});
