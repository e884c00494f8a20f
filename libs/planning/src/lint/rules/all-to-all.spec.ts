import { found, shell } from '../lint.testing';

const code = 'LINT_ALL_TO_ALL';
const x = (role = 'web'): object => shell('x', { roles: [role] });
const a = (more: object, role = 'web'): object => shell('a', { roles: [role], ...more });
const roles = { web: {}, db: { hasPrimary: true }, few: { max: 5 } };

describe('a relation of many nodes to many', () => {
  it('is found, with what it costs', () => {
    expect(found(code, [x(), a({ 'cross-depends': [{ name: 'x' }] })])).toEqual([
      'info task a: `cross-depends: x` lets every task of `a` wait for all of `x`: with 3 + 197 nodes 197 x 197 = 38,809 pairs, and the slowest node holds up all',
    ]);
    expect(found(code, [x(), a({ 'cross-depended-by': [{ name: 'x', role: '*' }] })])).toEqual([
      expect.stringContaining('every task of `x` wait for all of `a`'),
    ]);
  });

  it.each<[string, object[]]>([
    ['after', [x(), a({ after: ['x'] })]],
    ['requires with a role', [x(), a({ requires: [{ name: 'x', role: 'web' }] })]],
    ['a pattern', [x(), a({ 'cross-depends': [{ name: '/^x/', role: ['/web/'] }] })]],
    ['everywhere', [shell('x', { roles: '*' }), shell('a', { roles: ['/.*/'], after: ['x'] })]],
  ])('is found by %s', (_, tasks) => {
    expect(found(code, tasks, { roles })).toHaveLength(1);
  });

  it.each<[string, object[]]>([
    ['its own node', [x(), a({ requires: ['x'], 'cross-depends': [{ name: 'x', role: 'self' }] })]],
    ['any of them', [x(), a({ 'cross-depends': [{ name: 'x', policy: 'any' }] })]],
    ['few that have a primary', [x('db'), a({ after: ['x'] })]],
    ['few that a role allows', [x('few'), a({ after: ['x'] })]],
    ['many, and is on few', [x(), a({ after: ['x'] }, 'db')]],
    ['few of many', [x(), a({ 'cross-depends': [{ name: 'x', role: ['db'] }] })]],
    ['a role that nobody has', [x(), a({ 'cross-depends': [{ name: 'x', role: 'wbe' }] })]],
    ['what `self` in a list means', [x(), a({ 'cross-depends': [{ name: 'x', role: ['self'] }] })]],
    ['a stage', [{ id: 'x', type: 'stage' }, a({ after: ['x'] })]],
  ])('is not found in a task that waits for %s', (_, tasks) => {
    expect(found(code, tasks, { roles })).toEqual([]);
  });
});
