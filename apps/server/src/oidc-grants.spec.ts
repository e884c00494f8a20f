import { parseOidcGrants } from './oidc-grants';

describe('groups and their roles', () => {
  it('are told with the project, or all of them', () => {
    expect(parseOidcGrants('ops:default=viewer, others:default=operator nobody:*=admin')).toEqual([
      { group: 'ops', project: 'default', role: 'viewer' },
      { group: 'others', project: 'default', role: 'operator' },
      { group: 'nobody', project: '*', role: 'admin' },
    ]);
  });

  it.each(['ops', 'ops:default', 'ops=viewer', 'ops:default=root', 'ops:default=constructor', ':default=viewer'])(
    'are not told by %p',
    (text) => {
      expect(parseOidcGrants(text)).toBeNull();
    },
  );

  it('may have colons in their names', () => {
    expect(parseOidcGrants('urn:x:ops:*=admin')).toEqual([{ group: 'urn:x:ops', project: '*', role: 'admin' }]);
    expect(parseOidcGrants('')).toEqual([]);
  });
});
