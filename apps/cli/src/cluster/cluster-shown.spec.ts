import { FakePlanner } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';

const APPLIED = {
  ...{ cluster: 'a', revision: 4, hash: 'sha256:00', etag: '4-00', changed: true },
  ...{ acceptedHostKeys: [], problems: [] as object[] },
};

describe('what a cluster is, at the command line', () => {
  let planner: FakePlanner;
  beforeEach(async () => {
    planner = await FakePlanner.start();
  });
  afterEach(() => planner.close());
  const run = (line: string) => muster(line, { env: { MUSTER_SERVER: planner.url } });
  const sent = () => ({ ...planner.seen.at(-1), body: JSON.parse(planner.seen.at(-1)?.body || 'null') as unknown });

  it('revisions tell which is head and which is live, who wrote each, how and why', async () => {
    const revision = (number: number, change: string, why: string | null) => ({
      ...{ number, hash: `sha256:${number}`, createdAt: '2026-01-02T03:04:05.678Z', who: 'ann', why, change },
    });
    planner.answer('GET /clusters/a', { name: 'a', revision: 3, liveRevision: 1 });
    planner.answer('GET /clusters/a/revisions', {
      items: [revision(3, 'edit', 'more room'), revision(2, 'rollback', null), revision(1, 'apply', null)],
      next: null,
    });
    const { out } = await run('cluster revisions a');
    expect(out).toMatch(/^3 +head +2026-01-02T03:04:05.678Z +ann +edit +more room$/m);
    expect(out).toMatch(/^2 +- +\S+ +ann +rollback/m);
    expect(out).toMatch(/^1 +live +\S+ +ann +apply/m);
  });

  it('settings tell of each value where it comes from, what it stands in for, and what is the matter with it', async () => {
    const plain = { secret: false, blank: false, deprecated: false, fixed: false, generated: false, unused: false };
    const from = (kind: string, by: string) => ({ from: kind, by });
    planner.answer('GET /clusters/a/effective', {
      ...{ cluster: 'a', revision: 3, node: 'n1' },
      values: [
        {
          ...{ ...plain, path: ['port'], value: 8080, origin: from('node', 'n1') },
          inherits: { value: 80, origin: from('default', 'release r@1.0.0') },
        },
        { ...plain, path: ['key'], value: '<to be filled>', origin: from('cluster', 'a'), inherits: null, blank: true },
        {
          ...{ ...plain, path: ['db', 'old'], value: [1], origin: from('preset', 'p'), inherits: null },
          ...{ deprecated: true, unused: true },
        },
      ],
    });
    const { out } = await run('cluster settings a --node n1');
    expect(planner.seen.at(-1)?.url).toBe('/api/v1/clusters/a/effective?node=n1');
    expect(out).toMatch(/^port +8080 +node n1 +80 \(default release r@1.0.0\)/m);
    expect(out).toMatch(/^key +<to be filled> +cluster a +- +blank$/m);
    expect(out).toMatch(/^db\.old +\[1\] +preset p +- +deprecated, unused$/m);
  });

  it('options tell their group, whether it takes one only, and what they require; disable switches one off', async () => {
    const option = { title: null, description: null, default: false, settings: {}, declaredBy: 'release r@1.0.0' };
    planner.answer('GET /clusters/a/options', {
      ...{ cluster: 'a', revision: 3, etag: '3-00' },
      items: [
        { ...option, name: 'ceph', group: 'storage', exclusive: true, requires: ['tls'], enabled: true, title: 'Ceph' },
        { ...option, name: 'tls', group: 'security', exclusive: false, requires: [], enabled: false },
      ],
    });
    const { out } = await run('cluster options a');
    expect(out).toMatch(/^ceph +storage \(one of\) +yes +tls +Ceph$/m);
    expect(out).toMatch(/^tls +security +no/m);
    planner.answer('PUT /clusters/a/options/ceph', { ...APPLIED, switchedOff: [] });
    expect((await run('cluster disable a ceph --reason full')).out).toBe('cluster a is now at revision 4\n');
    expect(sent().body).toEqual({ enabled: false, replace: false, reason: 'full' });
    planner.refuse('PUT /clusters/a/options/ceph', 422, 'CLUSTER_OPTION_REQUIRES');
    expect(await run('cluster disable a ceph')).toMatchObject({
      code: expect.any(Number) as number,
      err: expect.stringContaining('CLUSTER_OPTION_REQUIRES'),
    });
  });

  it('an edit says what it warns of: deprecated and unused settings', async () => {
    const warning = {
      code: 'CLUSTER_SETTING_UNUSED',
      severity: 'warning',
      subject: 'setting x',
      summary: 's',
      remedy: 'r',
    };
    planner.answer('PATCH /clusters/a', { ...APPLIED, problems: [warning] });
    expect(await run('cluster set a settings.x=1')).toMatchObject({
      code: 0,
      err: expect.stringContaining('CLUSTER_SETTING_UNUSED'),
    });
  });

  it('blanks are listed by path', async () => {
    const toBeFilled = [
      { path: ['settings', 'password'], kind: 'secret' },
      { path: ['nodes', 'n.1', 'address'], kind: 'address' },
    ];
    planner.answer('GET /clusters/a/blanks', { cluster: 'a', revision: 3, toBeFilled });
    expect((await run('cluster blanks a')).out).toBe('settings.password\nnodes."n.1".address\n');
  });

  it('presets are saved, listed, shown and deleted', async () => {
    const preset = {
      ...{ name: 'p', title: 'Web', release: 'r@1.0.0', savedFrom: 'a@2', who: 'ann', createdAt: '2026-01-02' },
      content: { settings: { port: 81 } },
    };
    planner.answer('POST /presets', preset, 201);
    expect((await run('preset save p --from a --revision 2 --title Web')).out).toBe('preset p is saved from a@2\n');
    expect(sent().body).toEqual({ name: 'p', cluster: 'a', revision: 2, title: 'Web' });
    expect((await run('preset save p --from a --revision x')).code).toBe(1);
    planner.answer('GET /presets', { items: [preset], next: null });
    expect((await run('preset list')).out).toMatch(/^p +r@1.0.0 +a@2 +ann +Web$/m);
    planner.answer('GET /presets/p', preset);
    expect((await run('preset show p')).out).toContain('port: 81');
    planner.answer('DELETE /presets/p', {});
    expect((await run('preset delete p')).out).toBe('preset p is deleted\n');
    planner.refuse('DELETE /presets/p', 404, 'API_NOT_FOUND');
    expect((await run('preset delete p')).code).not.toBe(0);
  });
});
