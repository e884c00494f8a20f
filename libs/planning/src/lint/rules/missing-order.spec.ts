import { plugin } from '../../planning.testing';
import { found, foundIn, shell } from '../lint.testing';

const code = 'LINT_NO_ORDER';
const stage = { id: 's', type: 'stage' };
const at = (id: string, role: string, more: object = {}): object => shell(id, { roles: [role], ...more });

describe('relations that never find the other task', () => {
  it.each<[string, object[], string, string]>([
    ['on the master', [at('x', 'master'), at('a', 'web', { requires: ['x'] })], 'requires', 'x'],
    ['of the master', [at('x', 'web'), at('a', 'master', { required_for: ['x'] })], 'required_for', 'x'],
    ['at the sync point by role', [stage, at('a', 'web', { 'cross-depends': [{ name: 's' }] })], 'cross-depends', 's'],
    [
      'at the sync point by self',
      [stage, at('a', 'web', { 'cross-depended-by': [{ name: 's', role: 'self' }] })],
      'cross-depended-by',
      's',
    ],
    ['on a node from the sync point', [{ ...stage, requires: ['x'] }, at('x', 'web')], 'requires', 'x'],
    ['on the primary', [at('x', 'primary-db'), at('a', 'db', { requires: ['x'] })], 'requires', 'x'],
    [
      'that is a group',
      [{ id: 'g', type: 'group', roles: ['web'] }, at('a', 'web', { requires: ['g'] })],
      'requires',
      'g',
    ],
  ])('are found: one %s', (_, tasks, key, name) => {
    expect(found(code, tasks)).toEqual([
      expect.stringContaining(`\`${key}\` never finds a task of ${name} where it looks, so there is no such order`),
    ]);
  });

  it.each<[string, object[]]>([
    ['at the sync point', [stage, at('a', 'web', { requires: ['s'] })]],
    ['at the sync point by null', [stage, at('a', 'web', { 'cross-depends': [{ name: 's', role: null }] })]],
    ['on nodes that may have both roles', [at('x', 'db'), at('a', 'web', { requires: ['x'] })]],
    [
      'on another node by role',
      [at('x', 'master'), at('a', 'web', { 'cross-depends': [{ name: 'x', role: 'master' }] })],
    ],
    ['anywhere', [at('x', 'master'), at('a', 'web', { after: ['x'] })]],
    ['by another key', [at('x', 'master'), at('a', 'web', { requires: ['x'], after: ['x'] })]],
    ['through others', [at('x', 'master'), at('y', 'web', { after: ['x'] }), at('a', 'web', { requires: ['y', 'x'] })]],
    ['by what is computed', [at('x', 'master'), at('a', 'web', { requires: ['x', { yaql_exp: '$.a' }] })]],
    [
      'one of those that a pattern matches',
      [at('x1', 'master'), at('x2', 'web'), at('a', 'web', { requires: ['/x/'] })],
    ],
  ])('are not found: %s', (_, tasks) => {
    expect(found(code, tasks)).toEqual([]);
  });

  it('may be kept apart by roles that exclude each other', () => {
    const tasks = [at('x', 'db'), at('a', 'web', { requires: ['x'] })];
    expect(found(code, tasks, { roles: { web: { conflicts: ['db'] }, db: {} } })).toHaveLength(1);
    expect(found(code, tasks, { roles: { web: {}, db: {} } })).toEqual([]);
    expect(foundIn(code, plugin('p', tasks, { roles: { web: { conflicts: ['db'] }, db: {} } }))).toEqual([]);
  });

  it("are advice in the field's definitions, which were written for role by role too", () => {
    const tasks = [at('x', 'master'), at('a', 'web', { requires: ['x'], version: '2.0.0' })];
    expect(found(code, tasks, { compat: 'fuel' })[0]).toMatch(/^info /);
    expect(found(code, tasks)[0]).toMatch(/^warning /);
  });
});
