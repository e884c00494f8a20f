import { gunzipSync, gzipSync } from 'node:zlib';
import request from 'supertest';
import { extract, pack } from 'tar-stream';
import { bundleArchive, SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import { ADMIN_TOKEN, expectStatus, TestPlanner } from '../testing/test-planner.testing';

const codes = (body: { problems: { code: string }[] }) => body.problems.map((each) => each.code);

describe('archives of clusters', () => {
  let planner: TestPlanner;
  let empty: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    empty = await TestPlanner.start();
    expectStatus(await planner.publish(), 201);
    expectStatus(await planner.apply(smallCluster('{ port: 80, password: hunter2hunter2 }')), 200);
    expectStatus(await planner.patch('/api/v1/clusters/c1/settings', { port: 81 }), 200);
  });
  afterAll(async () => {
    await planner.close();
    await empty.close();
  });

  const download = async (): Promise<Buffer> => {
    const response = await planner
      .get('/api/v1/clusters/c1/archive')
      .buffer(true)
      .parse((res, done) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => done(null, Buffer.concat(chunks)));
      });
    expectStatus(response, 200);
    return response.body as Buffer;
  };
  const send = (to: TestPlanner, body: Buffer, headers: Readonly<Record<string, string>> = {}) =>
    request(to.url)
      .post('/api/v1/cluster-archives')
      .set({ authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/gzip', ...headers })
      .send(body);
  const tar = async (entries: readonly [object, string | Buffer][]): Promise<Buffer> => {
    const archive = pack();
    for (const [header, content] of entries) archive.entry(header as { name: string }, content);
    archive.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
    return gzipSync(Buffer.concat(chunks));
  };
  const manifest = (more: object = {}) =>
    JSON.stringify({
      format: 'muster-cluster',
      version: 1,
      cluster: 'c9',
      document: { cluster: 'c9', nodes: {} },
      ...more,
    });

  it('make the cluster again on an empty server, its release included; secrets are to be filled', async () => {
    const archive = await download();
    const unpacked = extract();
    unpacked.end(gunzipSync(archive));
    const names: string[] = [];
    for await (const entry of unpacked) {
      names.push(entry.header.name);
      entry.resume();
    }
    expect(names).toEqual(['cluster.json', 'bundles/release/small@1.0.0.tar.gz']);
    expect(gunzipSync(archive).toString('latin1')).not.toContain('hunter2');
    expect(await download()).toEqual(archive);
    const made = await send(empty, archive, { 'idempotency-key': 'import-1' });
    expectStatus(made, 201);
    expect(made.body).toMatchObject({ cluster: 'c1', revision: 1, changed: true });
    expect(made.body.toBeFilled.map((each: { path: string[] }) => each.path.join('.'))).toEqual([
      'settings.password',
      'nodes.n1.identity',
      'nodes.n2.identity',
    ]);
    const [there, here] = await Promise.all([planner, empty].map((each) => each.get('/api/v1/releases/small/1.0.0')));
    expect(here?.body.digest).toBe(there?.body.digest);
    const { body } = await empty.get('/api/v1/clusters/c1');
    expect(body.content).toMatchObject({
      settings: { port: 81, password: '<to be filled>' },
      nodes: [{ access: { address: '192.0.2.1', hostKey: `SHA256:${'1'.repeat(43)}` } }, { name: 'n2' }],
    });
    expect((await empty.get('/api/v1/clusters/c1/revisions')).body.items).toMatchObject([{ change: 'import' }]);
    expectStatus(await empty.post('/api/v1/clusters/c1/plans'), 200);
    const repeated = await send(empty, archive, { 'idempotency-key': 'import-1' });
    expect([repeated.status, repeated.body]).toEqual([201, made.body]);
    const other = await send(empty, await tar([[{ name: 'cluster.json' }, manifest()]]), {
      'idempotency-key': 'import-1',
    });
    expect(codes(other.body)).toEqual(['API_IDEMPOTENCY_MISMATCH']);
    const again = await send(empty, archive);
    expect([again.status, codes(again.body)]).toEqual([409, ['CLUSTER_EXISTS']]);
  });

  it.each<[string, () => Promise<Buffer>, string]>([
    ['what is no archive', async () => Buffer.from('nothing'), 'UPLOAD_NOT_ARCHIVE'],
    ['an archive without a manifest', () => bundleArchive(SMALL_RELEASE), 'UPLOAD_NOT_ARCHIVE'],
    [
      'a manifest of another kind',
      () => tar([[{ name: 'cluster.json' }, manifest({ version: 9 })]]),
      'UPLOAD_NOT_ARCHIVE',
    ],
    [
      'a path that leads out',
      () =>
        tar([
          [{ name: 'cluster.json' }, manifest()],
          [{ name: '../../etc/cron.d/x' }, 'x'],
        ]),
      'UPLOAD_NOT_ARCHIVE',
    ],
    [
      'a bundle that leads out',
      () =>
        tar([
          [{ name: 'cluster.json' }, manifest()],
          [{ name: 'bundles/release/..%2f@1.tar/../x' }, 'x'],
        ]),
      'UPLOAD_NOT_ARCHIVE',
    ],
    [
      'a link',
      () =>
        tar([
          [{ name: 'cluster.json' }, manifest()],
          [{ name: 'bundles/release/a@1.tar', type: 'symlink', linkname: '/etc/passwd' }, ''],
        ]),
      'UPLOAD_NOT_ARCHIVE',
    ],
    [
      'an envelope',
      () =>
        tar([
          [
            { name: 'cluster.json' },
            manifest({ document: { cluster: 'c9', settings: { a: { $sealed: {} } }, nodes: {} } }),
          ],
        ]),
      'CLUSTER_SEALED_VALUE',
    ],
    [
      'a manifest of enormous size',
      () => tar([[{ name: 'cluster.json' }, Buffer.alloc(33 * 1024 * 1024)]]),
      'UPLOAD_TOO_LARGE',
    ],
    [
      'a release that is not there',
      () =>
        tar([[{ name: 'cluster.json' }, manifest({ document: { cluster: 'c9', release: 'none@1.0.0', nodes: {} } })]]),
      'CLUSTER_UNKNOWN_RELEASE',
    ],
  ])('refuse %s, and then nothing is there', async (_, body, code) => {
    const refused = await send(empty, await body());
    expect([code, codes(refused.body)]).toEqual([code, expect.arrayContaining([code])]);
    expect((await empty.get('/api/v1/clusters/c9')).status).toBe(404);
  });
});
