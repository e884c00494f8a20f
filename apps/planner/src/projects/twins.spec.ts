import type { Response } from 'supertest';
import request from 'supertest';
import { bundleArchive, SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import { ADMIN_TOKEN, TestPlanner } from '../testing/test-planner.testing';

const child = { 'release.yaml': 'name: child\nversion: 1.0.0\nextends: small@^1.0.0\n' };
const plugin = { 'plugin.yaml': 'name: plug\nversion: 1.0.0\nreleases: ["small@^1.0.0"]\n' };
const newer = {
  ...SMALL_RELEASE,
  'release.yaml': SMALL_RELEASE['release.yaml'].replace('version: 1.0.0', 'version: 1.1.0'),
};

describe('what has the same name in two projects', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
    await planner.put('/api/v1/profiles/big', { rules: ['cpus>=1'] });
    await planner.put('/api/v1/pools/licences', { slots: 1 });
    for (const made of [
      await planner.post('/api/v1/projects', { name: 'blue' }),
      await planner.publish(newer),
      await planner.publish(plugin, 'plugins'),
      await planner.post('/api/v1/presets', { name: 'web', cluster: 'c1' }),
      await planner.post('/api/v1/webhooks', { name: 'hook', url: 'http://127.0.0.1:9/', kinds: ['project.*'] }),
    ])
      expect([made.status, made.text]).toEqual([201, made.text]);
  });
  afterAll(() => planner.close());

  const inBlue = (method: 'get' | 'put' | 'post' | 'patch', path: string) => {
    const agent = request(planner.url);
    const sent = agent[method](`/api/v1${path}`).set('authorization', `Bearer ${ADMIN_TOKEN}`);
    return sent.set('muster-project', 'blue');
  };
  const publishInBlue = async (files: Readonly<Record<string, string>>, kind = 'releases'): Promise<Response> =>
    inBlue('post', `/${kind}`)
      .set('content-type', 'application/gzip')
      .send(await bundleArchive(files));
  const codes = ({ body }: Response) => (body as { problems: { code: string }[] }).problems.map(({ code }) => code);

  it('is listed where it is', async () => {
    const paths = [
      'presets',
      'webhooks',
      'profiles',
      'pools',
      'releases',
      'plugins',
      'clusters',
      'nodes',
      'transactions',
    ];
    const found = [];
    for (const path of paths) found.push([path, (await inBlue('get', `/${path}`)).body.items]);
    expect(found).toEqual(paths.map((path) => [path, []]));
  });

  it('is a release that others build on, and fit, only where it is published', async () => {
    expect((await inBlue('get', '/plugins?fits=small@1.0.0')).status).toBe(404);
    expect((await publishInBlue(child)).status).toBe(422);
    expect(codes(await publishInBlue(plugin, 'plugins'))).toContain('BUNDLE_FITS_NO_RELEASE');
    await publishInBlue(SMALL_RELEASE).then(({ status }) => expect(status).toBe(201));
    await publishInBlue(child).then(({ status }) => expect(status).toBe(201));
    // The newest there, not the newest of all.
    const { bases } = (await inBlue('get', '/releases/child/1.0.0')).body.content as { bases: object[] };
    expect(bases).toMatchObject([{ name: 'small', version: '1.0.0' }]);
  });

  it('is a pool of its own, and a profile of its own, whatever the other one says', async () => {
    for (const slots of [2, 3]) await planner.put('/api/v1/pools/licences', { slots });
    for (const slots of [5, 6])
      expect((await inBlue('put', '/pools/licences').send({ slots })).body).toMatchObject({ slots });
    expect((await inBlue('get', '/pools')).body.items).toMatchObject([{ slots: 6 }]);
    expect((await planner.get('/api/v1/pools')).body.items).toMatchObject([{ slots: 3 }]);

    const { headers } = await planner.put('/api/v1/profiles/big', { rules: ['cpus>=1'] });
    const stale = inBlue('put', '/profiles/big').set('if-match', headers['etag'] as string);
    expect((await stale.send({ rules: ['cpus>=8'] })).status).toBe(412);
    expect((await inBlue('put', '/profiles/big').send({ rules: ['cpus>=8'] })).status).toBe(200);
    expect((await inBlue('get', '/profiles/big')).body.rules).toEqual(['cpus>=8']);
    expect((await planner.get('/api/v1/profiles/big')).body.rules).toEqual(['cpus>=1']);
    expect((await inBlue('get', '/profiles/big/match')).text).not.toContain('n1');
    expect((await planner.get('/api/v1/profiles/big/match')).text).toContain('n1');
  });

  it('is a cluster of its own with nodes of its own, and an edit of it is none of the other', async () => {
    const before = [
      (await planner.get('/api/v1/clusters/c1')).body as unknown,
      (await planner.get('/api/v1/nodes')).body as unknown,
    ];
    const source = smallCluster('{ port: 81 }').replaceAll('192.0.2.', '198.51.100.');
    for (const last of [1, 2]) planner.executor.hostKeys.set(`198.51.100.${last}`, `SHA256:${'8'.repeat(42)}${last}`);
    const wish = { source, sourceName: 'c1.yaml', identities: { n1: 'one', n2: 'two' }, acceptHostKeys: true };
    const made = await inBlue('put', '/clusters/c1').send(wish);
    expect([made.status, made.body]).toMatchObject([200, { revision: 1, changed: true }]);
    const edited = await inBlue('patch', '/clusters/c1')
      .set('content-type', 'application/merge-patch+json')
      .send(JSON.stringify({ settings: { port: 82 } }));
    expect([edited.status, edited.body]).toMatchObject([200, { revision: 2, changed: true }]);
    const nodes = (await inBlue('get', '/nodes')).body.items as { address: string }[];
    expect(nodes.map(({ address }) => address)).toEqual(['198.51.100.1', '198.51.100.2']);
    expect((await inBlue('post', '/clusters/c1/plans').send({})).status).toBe(200);
    expect([
      (await planner.get('/api/v1/clusters/c1')).body as unknown,
      (await planner.get('/api/v1/nodes')).body as unknown,
    ]).toEqual(before);
  });
});
