import { found } from '../lint.testing';

const code = 'LINT_TWO_WRITERS';
const upload = (id: string, path: string, more: object = {}): object => ({
  ...{ id, type: 'upload_file', roles: ['web'], idempotent: true },
  ...{ parameters: { path, data: id }, ...more },
});
const copy = (id: string, ...paths: string[]): object => ({
  ...{ id, type: 'copy_files', roles: ['web'], idempotent: true },
  parameters: { files: paths.map((dst) => ({ src: '/x', dst })) },
});
const b = (more: object = {}, path = '/etc/x'): object => upload('b', path, more);
const roles = (more: object): object => ({ roles: { web: {}, db: {}, ...more } });

describe('two definitions that write one file', () => {
  it('in no order are found, with the place of the other', () => {
    expect(found(code, [upload('a', '/etc/x'), copy('b', '/etc/y', '/etc//x')])).toEqual([
      'warning task b: writes `/etc/x`, as a (tasks.yaml:1) does, with no order between them',
    ]);
    expect(found(code, [upload('a', '/etc/x'), b({ roles: ['db'] })])).toHaveLength(1);
  });

  it.each(['/etc/y/../x', '/etc/./x', '/../etc/x/', '//etc/y/./../x', '/etc/x/.'])('written as %s, too', (path) => {
    expect(found(code, [upload('a', '/etc/x'), b({}, path)])).toHaveLength(1);
  });

  it.each<[string, object[], object]>([
    ['write other files', [upload('a', '/etc/x'), b({}, '/etc/x2')], {}],
    ['are in order', [upload('a', '/etc/x'), b({ requires: ['a'] })], {}],
    ['are in order the other way round', [upload('a', '/etc/x'), b({ required_for: ['a'] })], {}],
    ['are in a computed order', [upload('a', '/etc/x'), b({ requires: [{ yaql_exp: '$.x' }] })], {}],
    ['write the same', [upload('a', '/etc/x', { parameters: { path: '/etc/x', data: 'b' } }), b()], {}],
    ['are never on one node', [upload('a', '/etc/x'), b({ roles: ['db'] })], roles({ web: { conflicts: ['db'] } })],
    [
      'have roles in order',
      [upload('a', '/etc/x'), b({ roles: ['db'] })],
      roles({ web: { order: 1 }, db: { order: 2 } }),
    ],
  ])('are no mistake if they %s', (_, tasks, manifest) => {
    expect(found(code, tasks, manifest)).toEqual([]);
  });

  it('are advice if conditions may keep them apart', () => {
    const condition = { yaql_exp: '$.a' };
    expect(found(code, [upload('a', '/etc/x', { condition }), b({ condition })])[0]).toMatch(
      /^info .+ exclude each other$/,
    );
    expect(found(code, [upload('a', '/etc/x', { condition }), b()])[0]).toMatch(/^warning /);
  });
});
