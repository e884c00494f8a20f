import { readdirSync, readFileSync } from 'node:fs';
import { FakePlanner } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';
import { readPath, spellPath } from './setting-path';

const APPLIED = {
  cluster: 'a',
  revision: 4,
  hash: 'sha256:00',
  etag: '4-00',
  changed: true,
  acceptedHostKeys: [],
  problems: [],
};

describe('cluster edits', () => {
  let planner: FakePlanner;
  beforeEach(async () => {
    planner = await FakePlanner.start();
    planner.answer('PATCH /clusters/a', APPLIED);
  });
  afterEach(() => planner.close());

  const run = (line: string, cwd?: string) =>
    muster(line, { env: { MUSTER_SERVER: planner.url }, ...(cwd === undefined ? {} : { cwd }) });
  const sent = () => ({ ...planner.seen.at(-1), body: JSON.parse(planner.seen.at(-1)?.body || 'null') as unknown });

  it('set sends one patch of everything, values as YAML', async () => {
    const set = await run('cluster set a settings.port=80 settings.db.name=x nodes.n1.roles=[web,db] --reason why');
    expect(set).toMatchObject({ code: 0, out: 'cluster a is now at revision 4\n' });
    expect(sent()).toMatchObject({
      url: '/api/v1/clusters/a?reason=why',
      body: { settings: { port: 80, db: { name: 'x' } }, nodes: { n1: { roles: ['web', 'db'] } } },
    });
    await run('cluster set a settings.port=80 --text');
    expect(sent().body).toEqual({ settings: { port: '80' } });
  });

  it('set reads a value from a file, so that a secret is on no command line', async () => {
    await run('cluster set a settings.password=@pw', temporaryFolder({ pw: 'hidden: [\n' }));
    expect(sent().body).toEqual({ settings: { password: 'hidden: [' } });
  });

  it('unset sends null, also of neighbours', async () => {
    await run('cluster unset a settings.db.name settings.db.port nodes.n2');
    expect(sent().body).toEqual({ settings: { db: { name: null, port: null } }, nodes: { n2: null } });
  });

  it.each([
    'cluster set a settings.port',
    'cluster set a settings..port=1',
    'cluster set a settings.port=',
    'cluster rollback a x',
    'cluster diff a 1-2',
  ])('refuse `%s` without asking', async (line) => {
    expect((await run(line)).code).toBe(1);
    expect(planner.seen).toEqual([]);
  });

  it('diff prints a line for each change', async () => {
    planner.answer('GET /clusters/a/diff', {
      cluster: 'a',
      from: 1,
      to: 3,
      changes: [
        { path: ['nodes', 'n2'], change: 'removed', before: { roles: ['web'] }, after: null, secret: false },
        { path: ['settings', 'a.b'], change: 'added', before: null, after: 81, secret: false },
        { path: ['settings', 'pw'], change: 'changed', before: '<secret>', after: '<secret>', secret: true },
      ],
    });
    expect((await run('cluster diff a 1..3')).out).toBe(
      '- nodes.n2: {"roles":["web"]}\n+ settings."a.b": 81\n~ settings.pw: <secret> -> <secret>\n',
    );
    expect(planner.seen.at(-1)?.url).toBe('/api/v1/clusters/a/diff?from=1&to=3');
    await run('cluster diff a');
    expect(planner.seen.at(-1)?.url).toBe('/api/v1/clusters/a/diff?from=live&to=head');
  });

  it('enable says what was switched off', async () => {
    planner.answer('PUT /clusters/a/options/ceph', { ...APPLIED, switchedOff: ['lvm'] });
    expect((await run('cluster enable a ceph --replace')).out).toBe('cluster a is now at revision 4; lvm is off\n');
    expect(sent().body).toEqual({ enabled: true, replace: true });
    planner.refuse('PUT /clusters/a/options/ceph', 409, 'CLUSTER_OPTION_EXCLUDED');
    expect((await run('cluster enable a ceph')).code).not.toBe(0);
  });

  it('clone and preset use say what is to be filled', async () => {
    const made = {
      ...APPLIED,
      cluster: 'b',
      toBeFilled: [{ path: ['settings', 'pw'], kind: 'secret' }],
      generated: [],
    };
    planner.answer('POST /clusters/a/clone', made, 201);
    planner.answer('POST /presets/p/clusters', made, 201);
    const cloned = await run('cluster clone a b --node n1=m1 --node n2=');
    expect(cloned.err).toContain('  settings.pw');
    expect(sent().body).toEqual({ name: 'b', nodes: { n1: 'm1', n2: null } });
    expect((await run('preset use p b')).out).toBe('cluster b is now at revision 4\n');
    expect(sent().body).toEqual({ name: 'b' });
  });

  it('archive writes a file whole or not at all, import sends it and says what is to be filled', async () => {
    const cwd = temporaryFolder({ 'a.tar.gz': 'older' });
    planner.route('GET /clusters/a/archive', (response) => response.writeHead(200).end('bytes of an archive'));
    expect(await run('cluster archive a', cwd)).toMatchObject({ code: 0, out: expect.stringContaining('a.tar.gz') });
    expect(readFileSync(`${cwd}/a.tar.gz`, 'utf8')).toBe('bytes of an archive');
    planner.route('GET /clusters/a/archive', (response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setImmediate(() => response.destroy());
    });
    expect((await run('cluster archive a -f half.tar.gz', cwd)).code).not.toBe(0);
    expect(readdirSync(cwd)).toEqual(['a.tar.gz']);

    const toBeFilled = [{ path: ['nodes', 'n1', 'identity'], kind: 'identity' }];
    planner.answer('POST /cluster-archives', { ...APPLIED, cluster: 'b', toBeFilled, generated: [] }, 201);
    const imported = await run('cluster import a.tar.gz --as b --accept-host-keys --reason moved', cwd);
    expect(imported).toMatchObject({ code: 0, out: 'cluster b is now at revision 4\n' });
    expect(imported.err).toContain('  nodes.n1.identity');
    const { url, body } = planner.seen.at(-1) ?? { url: '', body: '' };
    expect([Object.fromEntries(new URL(url, planner.url).searchParams), body]).toEqual([
      { as: 'b', acceptHostKeys: 'true', reason: 'moved' },
      'bytes of an archive',
    ]);
    planner.refuse('POST /cluster-archives', 409, 'CLUSTER_EXISTS');
    expect((await run('cluster import a.tar.gz', cwd)).code).toBe(8);
    expect(await run('cluster import none.tar.gz', cwd)).toMatchObject({
      code: 1,
      err: expect.stringContaining('LOCAL_FILE'),
    });
  });

  it('rollback and delete --keep', async () => {
    planner.answer('POST /clusters/a/rollback', APPLIED);
    planner.answer('DELETE /clusters/a', {});
    await run('cluster rollback a 2');
    expect(sent().body).toEqual({ revision: 2 });
    await run('cluster delete a --keep');
    expect(planner.seen.at(-1)?.url).toBe('/api/v1/clusters/a?keep=true');
  });
});

describe('paths of settings', () => {
  it.each([['settings', 'port'], ['nodes', 'a.b', 'settings'], ['x', 'with "quotes"'], ['1']])(
    'are read as they are spelt: %j',
    (...path) => {
      expect(readPath(spellPath(path))).toEqual(path);
    },
  );
});
