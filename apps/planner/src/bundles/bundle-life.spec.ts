import { createHash } from 'node:crypto';
import request from 'supertest';
import { bundleArchive, SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import { ADMIN_TOKEN, expectStatus, TestPlanner } from '../testing/test-planner.testing';
import { keepArchive } from './keep-archive';
import { Readable } from 'node:stream';
import type { ArtifactStore } from '@muster/storage';

type Body = { problems: { code: string; summary: string; remedy: string; severity: string }[] };
const codes = ({ problems }: Body) => problems.map((each) => each.code);
const releaseOf = (name: string, version: string, more = '') => ({
  'release.yaml': `name: ${name}\nversion: ${version}\n${more}`,
  'tasks.yaml': '- { id: a, type: shell, role: [web], parameters: { cmd: echo a } }\n',
});
const pluginOf = (name: string, version: string, releases: string) => ({
  'plugin.yaml': `name: ${name}\nversion: ${version}\nreleases: [${releases}]\n`,
});
const versions = ({ body }: { body: { items: { name: string; version: string }[] } }) =>
  body.items.map(({ name, version }) => `${name}@${version}`);

describe('published bundles', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
  });
  afterAll(() => planner.close());
  const publish = async (files: Readonly<Record<string, string>>, kind = 'releases') => {
    const response = await planner.publish(files, kind);
    expectStatus(response, 201);
    return response;
  };

  it('are given back byte for byte, also a tar without gzip and with files that are no part of a bundle', async () => {
    const archive = await bundleArchive({ ...releaseOf('whole', '1.0.0'), 'README.md': 'not parsed\n' });
    for (const [kind, sent] of [
      ['application/gzip', archive],
      ['application/x-tar', (await import('node:zlib')).gunzipSync(await bundleArchive(releaseOf('whole', '2.0.0')))],
    ] as const) {
      const published = await request(planner.url)
        .post('/api/v1/releases')
        .set('authorization', `Bearer ${ADMIN_TOKEN}`)
        .set('content-type', kind)
        .send(sent);
      expectStatus(published, 201);
      const { version } = published.body as { version: string };
      const got = await planner
        .get(`/api/v1/releases/whole/${version}/archive`)
        .buffer()
        .parse((response, done) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => done(null, Buffer.concat(pieces)));
        });
      expect(got.headers['content-type']).toBe(kind);
      expect(Buffer.compare(got.body as Buffer, sent)).toBe(0);
      const sum = createHash('sha256').update(sent).digest();
      expect(got.headers['repr-digest']).toBe(`sha-256=:${sum.toString('base64')}:`);
      const shown = await planner.get(`/api/v1/releases/whole/${version}`);
      expect(shown.body.archive).toEqual({ digest: `sha256:${sum.toString('hex')}`, size: sent.length });
    }
  });

  it('store nothing of a body that was given up', async () => {
    const seen: Buffer[] = [];
    const store = {
      put: async (content: AsyncIterable<Buffer>) => {
        for await (const piece of content) seen.push(piece);
        return { digest: 'never', size: 0 };
      },
    } as unknown as ArtifactStore;
    const { body, kept } = keepArchive(Readable.from([Buffer.from('one'), Buffer.from('two')]), store);
    for await (const _ of body) break;
    expect(await kept).toBeNull();
  });

  it('are listed by name and semantic version, page by page, and filtered', async () => {
    for (const version of ['1.10.0', '1.9.0', '1.10.0-rc.1', '2.0.0'])
      await publish(releaseOf('ordered', version, 'title: Of Order\n'));
    const all = ['ordered@1.9.0', 'ordered@1.10.0-rc.1', 'ordered@1.10.0', 'ordered@2.0.0'];
    expect(versions(await planner.get('/api/v1/releases?name=ordered'))).toEqual(all);
    const first = await planner.get('/api/v1/releases?search=OF%20ORDER&limit=3');
    const rest = await planner.get(`/api/v1/releases?search=of%20order&limit=3&cursor=${first.body.next}`);
    expect([...versions(first), ...versions(rest)]).toEqual(all);
    expect(rest.body.next).toBeNull();
    expect(versions(await planner.get('/api/v1/releases?name=none'))).toEqual([]);
    expect((await planner.get('/api/v1/releases?retired=perhaps')).status).toBe(400);
  });

  it('of plugins are filtered by the release that they fit, over pages', async () => {
    await publish(releaseOf('fitted', '1.2.0'));
    for (let index = 0; index < 7; index++)
      await publish(
        pluginOf(`fit${index}`, '1.0.0', index % 2 === 0 ? 'fitted@^1.0.0' : 'fitted@^2.0.0, x@1'),
        'plugins',
      );
    const first = await planner.get('/api/v1/plugins?fits=fitted@1.2.0&limit=3');
    expect(versions(first)).toEqual(['fit0@1.0.0', 'fit2@1.0.0', 'fit4@1.0.0']);
    const rest = await planner.get(`/api/v1/plugins?fits=fitted@1.2.0&limit=3&cursor=${first.body.next}`);
    expect([versions(rest), rest.body.next]).toEqual([['fit6@1.0.0'], null]);
    expect((await planner.get('/api/v1/plugins?fits=fitted@9.0.0')).status).toBe(404);
    expect((await planner.get('/api/v1/releases?fits=fitted@1.2.0')).status).toBe(400);
  });

  it('warn at once when no release is within the range of a plugin, and tell the versions there are', async () => {
    await publish(releaseOf('ranged', '1.0.0'));
    const response = await publish(pluginOf('early', '1.0.0', '"ranged@^2.0.0"'), 'plugins');
    expect(codes(response.body)).toEqual(['BUNDLE_FITS_NO_RELEASE']);
    expect((response.body as Body).problems[0]?.summary).toContain('published is ranged@1.0.0');
  });

  it('tell what lint finds, and what reading them warned of', async () => {
    const tasks = '- { id: a, type: shell, role: [web], requires: [gone], requires: [gone], parameters: { cmd: x } }\n';
    await publish({ ...releaseOf('linted', '1.0.0'), 'tasks.yaml': tasks });
    const { body } = await planner.get('/api/v1/releases/linted/1.0.0/findings');
    expect(codes(body).sort()).toEqual(['BUNDLE_DUPLICATE_KEY', 'LINT_LOST_PAUSES', 'LINT_UNKNOWN_NAME']);
    expect((await planner.get('/api/v1/plugins/linted/1.0.0/findings')).status).toBe(404);
  });

  describe('with a cluster', () => {
    beforeAll(async () => {
      await publish(SMALL_RELEASE);
      await publish({ ...SMALL_RELEASE, 'release.yaml': SMALL_RELEASE['release.yaml'].replace('1.0.0', '1.1.0') });
      for (const [version, range] of [
        ['1.0.0', 'small@~1.0.0'],
        ['1.1.0', 'small@~1.1.0'],
        ['1.2.0', 'small@>=1.1.0 <3'],
      ] as const)
        await publish(pluginOf('extra', version, `"${range}"`), 'plugins');
    });
    const using = (release: string, plugins = '') =>
      smallCluster().replace('small@1.0.0', `${release}\nplugins: [${plugins}]`);

    it('refuse a plugin that does not fit, naming the versions of both sides that would', async () => {
      const refused = await planner.apply(using('small@1.0.0', 'extra@1.2.0'));
      expect([refused.status, codes(refused.body)]).toEqual([422, ['CLUSTER_PLUGIN_INCOMPATIBLE']]);
      expect((refused.body as Body).problems[0]?.remedy).toBe(
        'Versions of the plugin that fit small@1.0.0: extra@1.0.0. Versions of the release that this plugin fits: small@1.1.0.',
      );
    });

    it('cannot be taken when retired, are kept by who has them with a warning, and can be restored', async () => {
      expectStatus(await planner.apply(using('small@1.1.0', 'extra@1.2.0')), 200);
      const retire = (path: string) => planner.post(`/api/v1/${path}/retire`, { why: 'has a hole' });
      const retired = await retire('plugins/extra/1.2.0');
      expect([retired.status, typeof retired.body.retiredAt]).toEqual([200, 'string']);
      await retire('releases/small/1.0.0');
      expect(versions(await planner.get('/api/v1/releases?name=small&retired=false'))).toEqual(['small@1.1.0']);
      expect(versions(await planner.get('/api/v1/releases?name=small&retired=true'))).toEqual(['small@1.0.0']);

      const kept = await planner.apply(using('small@1.1.0', 'extra@1.2.0').replace('port: 80', 'port: 81'));
      expectStatus(kept, 200);
      expect(codes(kept.body)).toContain('CLUSTER_BUNDLE_RETIRED');
      const other = await planner.apply(using('small@1.0.0'));
      expect([other.status, codes(other.body)]).toEqual([422, ['CLUSTER_BUNDLE_RETIRED']]);
      const plan = await planner.post('/api/v1/clusters/c1/plans', {});
      const note = (plan.body as Body).problems.find(({ code }) => code === 'CLUSTER_BUNDLE_RETIRED');
      expect(note).toMatchObject({ severity: 'warning', subject: 'plugin extra@1.2.0' });
      expect(note?.summary).toMatch(/^was retired by admin on \d{4}-\d\d-\d\d: has a hole$/);

      expectStatus(await planner.post('/api/v1/releases/small/1.0.0/restore'), 200);
      expectStatus(await planner.apply(using('small@1.0.0')), 200);
    });

    it('are not deleted while the newest or the live revision names them, and name every cluster', async () => {
      expectStatus(await planner.apply(using('small@1.1.0', 'extra@1.1.0')), 200);
      const { body } = await planner.get('/api/v1/clusters/c1');
      const live = (body as { revision: number }).revision;
      await planner.database.query('UPDATE planner.cluster SET live_revision = $1', [live]);
      expectStatus(await planner.apply(using('small@1.0.0')), 200);
      for (const [path, revision] of [
        ['releases/small/1.1.0', live],
        ['plugins/extra/1.1.0', live],
        ['releases/small/1.0.0', live + 1],
      ] as const) {
        const refused = await planner.delete(`/api/v1/${path}`);
        expect([refused.status, codes(refused.body)]).toEqual([409, ['BUNDLE_IN_USE']]);
        expect((refused.body as Body).problems[0]?.summary).toBe(`Cluster c1 uses it, in revision ${revision}.`);
      }
      const shown = await planner.get('/api/v1/releases/small/1.1.0');
      expect(shown.body.clusters).toEqual([{ cluster: 'c1', revisions: [live] }]);

      await planner.database.query('UPDATE planner.cluster SET live_revision = NULL');
      expectStatus(await planner.delete('/api/v1/releases/small/1.1.0'), 204);
      expect((await planner.get('/api/v1/releases/small/1.1.0')).status).toBe(404);
      expect((await planner.delete('/api/v1/releases/small/1.1.0')).status).toBe(404);
    });

    it('are either deleted or taken when both is wanted at once', async () => {
      for (let round = 0; round < 5; round++) {
        await publish(releaseOf('both', `1.0.${round}`));
        const [applied, deleted] = await Promise.all([
          planner.apply(using(`both@1.0.${round}`).replace(/settings:.*\n/, '')),
          planner.delete(`/api/v1/releases/both/1.0.${round}`),
        ]);
        expect([
          [200, 409],
          [422, 204],
        ]).toContainEqual([applied.status, deleted.status]);
      }
    });
  });

  it('tell the feed of each step', async () => {
    await publish(releaseOf('told', '1.0.0'));
    for (const step of ['retire', 'restore'])
      expectStatus(await planner.post(`/api/v1/releases/told/1.0.0/${step}`), 200);
    expectStatus(await planner.delete('/api/v1/releases/told/1.0.0'), 204);
    const rows = await planner.database.query<{ type: string }[]>(
      `SELECT type FROM planner.feed_event WHERE data->>'name' = 'told' ORDER BY recorded_at, position`,
    );
    expect(rows.map(({ type }) => type)).toEqual([
      'bundle.published',
      'bundle.retired',
      'bundle.restored',
      'bundle.deleted',
    ]);
  });
});
