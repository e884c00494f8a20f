import { found, shell } from '../lint.testing';

const code = 'LINT_UNBOUNDED_RESTARTS';
const on = (role: string, cmd: string, more: object = {}): object =>
  shell('x', { roles: [role], parameters: { cmd }, ...more });
const puppet = (manifest: string, role: string): object => ({
  ...{ id: 'x', type: 'puppet', roles: [role], idempotent: true },
  parameters: { puppet_manifest: `/etc/puppet/${manifest}`, puppet_modules: '/etc/puppet' },
});
const roles = { db: { hasPrimary: true }, web: {}, etcd: {}, voter: { min: 3 } };

describe('restarts on a quorum', () => {
  it.each<[string, object, object]>([
    ['a command on a tag with a primary', on('db', 'systemctl restart postgresql'), roles],
    ['a stop', on('db', 'service postgresql stop && sleep 1'), roles],
    ['a role of at least three', on('voter', 'restart x'), roles],
    ['a role that is called like one', on('etcd', 'systemctl reload x'), roles],
    ['a reboot', { id: 'x', type: 'reboot', roles: ['db'] }, roles],
    ['a manifest called like the role', puppet('etcd.pp', 'etcd'), roles],
    ['a manifest that restarts', puppet('restart_it.pp', 'db'), roles],
  ])('are found: %s', (_, task, own) => {
    expect(found(code, [task], { roles: own })).toEqual([
      expect.stringMatching(/^info task x: .* at once, which may need/),
    ]);
  });

  it.each<[string, object, object]>([
    ['a role without a quorum', on('web', 'systemctl restart nginx'), roles],
    ['the primary alone', on('primary-db', 'systemctl restart postgresql'), roles],
    ['a command that restarts nothing', on('db', 'echo restarted; systemctl start x'), roles],
    ['one by one', on('db', 'x', { parameters: { cmd: 'restart x', strategy: { type: 'one_by_one' } } }), roles],
    [
      'a computed amount',
      on('db', 'x', { parameters: { cmd: 'restart x', strategy: { type: 'parallel', amount: { yaql_exp: '1' } } } }),
      roles,
    ],
    ['a role with a limit', on('db', 'restart x'), { db: { hasPrimary: true, concurrency: 1 } }],
    ['a serial role', on('db', 'restart x'), { db: { hasPrimary: true, mode: 'serial' } }],
    ['a manifest of something else', puppet('ntp.pp', 'etcd'), roles],
    ['a manifest called like a role that keeps none', puppet('db.pp', 'db'), roles],
  ])('are not found: %s', (_, task, own) => {
    expect(found(code, [task], { roles: own })).toEqual([]);
  });
});
