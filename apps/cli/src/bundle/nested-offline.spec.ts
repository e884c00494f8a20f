import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';

const task = (id: string, role: string, more = '') =>
  `- { id: ${id}, type: shell, role: [${role}], idempotent: true, parameters: { cmd: echo }${more} }\n`;
const folder = (files: Readonly<Record<string, string>> = {}) =>
  temporaryFolder({
    'old/release.yaml': 'name: base\nversion: 1.0.0\nroles: { web: {} }\n',
    'old/tasks.yaml': task('a', 'web'),
    'new/release.yaml': 'name: base\nversion: 1.2.0\nroles: { web: {} }\n',
    'new/tasks.yaml': task('a', 'web') + task('b', 'web'),
    'db/release.yaml': 'name: db\nversion: 3.0.0\nroles: { node: {} }\n',
    'db/tasks.yaml': task('init', 'node'),
    'over/release.yaml':
      'name: over\nversion: 1.0.0\nextends: base@^1.0.0\nincludes: { db: { release: "db@*", connect: { before: [c] } } }\n',
    'over/tasks.yaml': task('c', 'web', ', requires: [a]'),
    'cluster.yaml': 'cluster: c\nrelease: over@1.0.0\nnodes:\n  n1: { roles: [web, db.node] }\n',
    ...files,
  });
const tasksOf = (out: string) => (JSON.parse(out) as { tasks: { task: string; requires: string[] }[] }).tasks;

describe('releases made of others, from folders', () => {
  it('are planned with the newest fitting ones of all that are given, in any order', async () => {
    const line = 'plan --offline --cluster-file cluster.yaml -o json';
    const cwd = folder();
    const one = await muster(`${line} --bundle over --bundle db --bundle old --bundle new`, { cwd });
    expect([one.code, one.err]).toEqual([0, '']);
    expect(tasksOf(one.out)).toMatchObject([
      { task: 'a@n1' },
      { task: 'b@n1' },
      { task: 'c@n1', requires: ['a@n1', 'db.init@n1'] },
      { task: 'db.init@n1' },
    ]);
    const other = await muster(`${line} --bundle new --bundle old --bundle db --bundle over`, { cwd });
    expect(other.out).toBe(one.out);
  });

  it('are refused with what is missing, or goes in a circle', async () => {
    const cwd = folder();
    const lacking = await muster('plan --offline --cluster-file cluster.yaml --bundle over --bundle db', { cwd });
    expect([lacking.code, lacking.err]).toEqual([1, expect.stringContaining('extends base@^1.0.0, and there is none')]);
    const circle = folder({ 'db/release.yaml': 'name: db\nversion: 3.0.0\nextends: over@*\n' });
    const bundles = '--bundle over --bundle db --bundle new';
    const round = await muster(`plan --offline --cluster-file cluster.yaml ${bundles}`, { cwd: circle });
    expect([round.code, round.err]).toEqual([
      1,
      expect.stringContaining('is made from itself: over@1.0.0 -> db@3.0.0 -> over@1.0.0'),
    ]);
    const two = await muster(
      'plan --offline --cluster-file cluster.yaml --bundle over --bundle db --bundle new --bundle x',
      {
        cwd: folder({ 'x/release.yaml': 'name: x\nversion: 1.0.0\n' }),
      },
    );
    expect(two.code).toBe(1);
  });

  it('are linted as a whole', async () => {
    const cwd = folder({
      'over/tasks.yaml': `${task('c', 'web', ', requires: [a, gone]')}- { patch: a, timeout: 5 }\n`,
    });
    const good = await muster('lint over --bundle new --bundle db -o json', { cwd });
    const codes = (JSON.parse(good.out) as { problems: { code: string }[] }).problems.map(({ code }) => code);
    expect([good.code, codes]).toEqual([0, ['LINT_ALL_TO_ALL', 'LINT_UNKNOWN_NAME']]);
    const alone = await muster('lint over', { cwd });
    expect([alone.code, alone.out]).toEqual([1, expect.stringContaining('BUNDLE_UNKNOWN_BASE')]);
  });
});
