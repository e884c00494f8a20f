import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import request from 'supertest';
import { extract, pack } from 'tar-stream';
import { bundleArchive, SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import { readArchive } from './read-archive';
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

  const apply = (name: string, source: string) =>
    planner.put(`/api/v1/clusters/${name}`, { source, sourceName: `${name}.yaml` });
  const download = async (cluster = 'c1'): Promise<Buffer> => {
    const response = await planner
      .get(`/api/v1/clusters/${cluster}/archive`)
      .buffer(true)
      .parse((res, done) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => done(null, Buffer.concat(chunks)));
      });
    expectStatus(response, 200);
    return response.body as Buffer;
  };
  const send = (to: TestPlanner, body: Buffer, headers: Readonly<Record<string, string>> = {}, query = '') =>
    request(to.url)
      .post(`/api/v1/cluster-archives${query}`)
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

  const namesIn = async (archive: Buffer): Promise<string[]> => {
    const unpacked = extract();
    unpacked.end(gunzipSync(archive));
    const names: string[] = [];
    for await (const entry of unpacked) {
      names.push(entry.header.name);
      entry.resume();
    }
    return names;
  };
  const revision = (number: number, more: object = {}) =>
    JSON.stringify({
      ...{ number, hash: `sha256:${'0'.repeat(64)}`, who: 'ann', why: null, change: 'apply' },
      ...{ createdAt: '2026-01-02T03:04:05.678Z', document: { cluster: 'c9', nodes: {} } },
      ...more,
    });
  const withRevisions = (...revisions: readonly [string, string][]) =>
    tar([
      [{ name: 'cluster.json' }, manifest()],
      ...revisions.map(([name, content]): [object, string] => [{ name: `revisions/${name}.json` }, content]),
    ]);

  it('make the cluster again on an empty server, its release included; secrets are to be filled', async () => {
    const archive = await download();
    expect(await namesIn(archive)).toEqual([
      ...['cluster.json', 'revisions/1.json', 'revisions/2.json', 'bundles/release/small@1.0.0.tar.gz'],
    ]);
    expect(gunzipSync(archive).toString('latin1')).not.toContain('hunter2');
    expect(await download()).toEqual(archive);
    const made = await send(empty, archive, { 'idempotency-key': 'import-1' });
    expectStatus(made, 201);
    expect(made.body).toMatchObject({ cluster: 'c1', revision: 2, changed: true });
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
    });
    expect((await empty.get('/api/v1/nodes/n1')).body).toMatchObject({
      address: '192.0.2.1',
      hostKey: `SHA256:${'1'.repeat(43)}`,
      cluster: 'c1',
    });
    const [origin, copy] = await Promise.all(
      [planner, empty].map(async (each) => (await each.get('/api/v1/clusters/c1/revisions')).body.items),
    );
    expect(copy).toEqual(origin);
    const first = await empty.get('/api/v1/clusters/c1/revisions/1');
    expect(first.body.content.settings).toEqual({ port: 80, password: '<to be filled>' });
    expect((await empty.get('/api/v1/clusters/c1')).body).toMatchObject({ liveRevision: null, revision: 2 });
    const told = await empty.database.query<{ data: object }[]>(
      "SELECT data FROM planner.feed_event WHERE type = 'cluster.revised'",
    );
    expect(told.map(({ data }) => data)).toMatchObject([{ revision: 2, change: 'import', who: 'admin' }]);
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

  it('bring every revision back as it was: the same again changes nothing, an older one can be gone back to', async () => {
    const plain = `
cluster: old
release: small@1.0.0
settings: { port: 1 }
nodes: { o1: { address: 192.0.2.40, hostKey: "SHA256:${'4'.repeat(43)}", roles: [web] } }
`;
    expectStatus(await apply('old', plain), 200);
    for (const port of [2, 3])
      expectStatus(
        await planner.patch('/api/v1/clusters/old/settings', { port }).query({ reason: `for ${port}` }),
        200,
      );
    expectStatus(await send(empty, await download('old')), 201);
    const file = (await empty.get('/api/v1/clusters/old/export')).text;
    const origin = (await planner.get('/api/v1/clusters/old/revisions')).body.items;
    expect((await empty.get('/api/v1/clusters/old/revisions')).body.items).toEqual(origin);
    expect(origin).toMatchObject([
      { number: 3, change: 'edit', who: 'admin', why: 'for 3' },
      { number: 2, why: 'for 2' },
      { number: 1, change: 'apply' },
    ]);
    // The numbers and hashes are those that this server gives to the same content.
    const back = await empty.post('/api/v1/clusters/old/rollback', { revision: 1 });
    expect([back.status, back.body]).toEqual([200, expect.objectContaining({ revision: 4, hash: origin[2].hash })]);
    const again = await empty.patch('/api/v1/clusters/old/settings', { port: 1 });
    expect(again.body).toMatchObject({ revision: 4, changed: false });
    expect(file).toContain('port: 3');
  });

  it('take another name where theirs is taken, with revisions of their own hash', async () => {
    const archive = await download('old');
    const taken = await send(empty, archive);
    expect([taken.status, codes(taken.body)]).toEqual([409, ['CLUSTER_EXISTS']]);
    expect(taken.body.problems[0].remedy).toContain('--as');
    // Its machines are another cluster's.
    expect(codes((await send(empty, archive, {}, '?as=other')).body)).toEqual(['CLUSTER_NODE_TAKEN']);
    expect((await empty.get('/api/v1/clusters/other')).status).toBe(404);
    expectStatus(await empty.delete('/api/v1/clusters/old'), 204);
    expectStatus(await send(empty, archive, {}, '?as=other'), 201);
    const revisions = (await empty.get('/api/v1/clusters/other/revisions')).body.items;
    const origin = (await planner.get('/api/v1/clusters/old/revisions')).body.items;
    expect(revisions.map(({ number, why }: { number: number; why: string }) => [number, why])).toEqual(
      origin.map(({ number, why }: { number: number; why: string }) => [number, why]),
    );
    expect(revisions[0].hash).not.toBe(origin[0].hash);
    expect((await empty.patch('/api/v1/clusters/other/settings', { port: 3 })).body).toMatchObject({ changed: false });
    expect((await send(empty, archive, {}, '?as=..%2f..')).status).toBe(400);
  });

  it('hold what a release extends and includes, and the releases of older revisions', async () => {
    const base = { 'release.yaml': 'name: base\nversion: 1.2.0\nroles: { web: {} }\n', 'tasks.yaml': '[]' };
    const inner = {
      'release.yaml': 'name: inner\nversion: 2.0.0\nroles: { db: {} }\n',
      'tasks.yaml': '- { id: store, type: shell, role: [db], parameters: { cmd: store } }',
    };
    const outer = (version: string) => ({
      'release.yaml': `name: outer\nversion: ${version}\nextends: base@^1.0.0\nincludes: { db: { release: inner@^2.0.0 } }\n`,
      'tasks.yaml': '- { id: a, type: shell, role: [web], parameters: { cmd: a } }',
    });
    for (const files of [base, inner, outer('1.0.0'), outer('1.1.0')]) expectStatus(await planner.publish(files), 201);
    const cluster = (version: string) => `
cluster: whole
release: outer@${version}
nodes: { w1: { address: 192.0.2.50, hostKey: "SHA256:${'5'.repeat(43)}", roles: [web] } }
`;
    for (const version of ['1.0.0', '1.1.0']) expectStatus(await apply('whole', cluster(version)), 200);
    const archive = await download('whole');
    const bundles = (await namesIn(archive)).filter((name) => name.startsWith('bundles/'));
    expect(bundles).toEqual(
      ['base@1.2.0', 'inner@2.0.0', 'outer@1.1.0', 'outer@1.0.0'].map((each) => `bundles/release/${each}.tar.gz`),
    );
    expectStatus(await send(empty, archive), 201);
    const shown = (from: TestPlanner) =>
      from
        .post('/api/v1/clusters/whole/plans')
        .then(({ body }) => body.tasks.map(({ task }: { task: string }) => task));
    expect(await shown(empty)).toEqual(await shown(planner));
    expectStatus(await empty.post('/api/v1/clusters/whole/rollback', { revision: 1 }), 200);
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
      'a second manifest',
      () =>
        tar([
          [{ name: 'cluster.json' }, manifest()],
          [{ name: 'cluster.json' }, manifest({ document: { cluster: 'c9', release: 'small@1.0.0', nodes: {} } })],
        ]),
      'UPLOAD_NOT_ARCHIVE',
    ],
    [
      'a revision that is there twice',
      () => withRevisions(['1', revision(1)], ['1', revision(1)]),
      'UPLOAD_NOT_ARCHIVE',
    ],
    ['a gap in the revisions', () => withRevisions(['1', revision(1)], ['3', revision(3)]), 'UPLOAD_NOT_ARCHIVE'],
    ['a revision of another number', () => withRevisions(['1', revision(2)]), 'UPLOAD_NOT_ARCHIVE'],
    ['a number beyond all', () => withRevisions(['99999999999', revision(1)]), 'UPLOAD_NOT_ARCHIVE'],
    [
      'a revision of another cluster',
      () => withRevisions(['1', revision(1, { document: { cluster: 'c8', nodes: {} } })]),
      'UPLOAD_NOT_ARCHIVE',
    ],
    ['a revision with a wrong hash', () => withRevisions(['1', revision(1, { hash: 'x' })]), 'UPLOAD_NOT_ARCHIVE'],
    ['a revision without a time', () => withRevisions(['1', revision(1, { createdAt: 'now' })]), 'UPLOAD_NOT_ARCHIVE'],
    [
      'an envelope in a revision',
      () =>
        withRevisions(['1', revision(1, { document: { cluster: 'c9', settings: { a: { $sealed: {} } }, nodes: {} } })]),
      'CLUSTER_SEALED_VALUE',
    ],
    [
      'a broken older revision',
      () => withRevisions(['1', revision(1, { document: { cluster: 'c9', nodes: 7 } })], ['2', revision(2)]),
      'CLUSTER_INVALID_VALUE',
    ],
    [
      'what is nested without end',
      () =>
        tar([
          [
            { name: 'cluster.json' },
            manifest().replace('{}}}', `{}, "settings": ${'['.repeat(50_000)}${']'.repeat(50_000)}}}`),
          ],
        ]),
      'API_INVALID',
    ],
    [
      'a NUL in a revision',
      () => withRevisions(['1', revision(1, { document: { cluster: 'c9', settings: { a: '\0' }, nodes: {} } })]),
      'API_INVALID',
    ],
    [
      'an archive that is cut off',
      async () => {
        const whole = await download();
        return whole.subarray(0, whole.length - 600);
      },
      'UPLOAD_NOT_ARCHIVE',
    ],
    [
      'a tar that is cut off',
      async () => gzipSync(gunzipSync(await download()).subarray(0, 700)),
      'UPLOAD_NOT_ARCHIVE',
    ],
    ['a zip', async () => Buffer.from('504b0506000000000000000000000000000000000000', 'hex'), 'UPLOAD_NOT_ARCHIVE'],
    [
      'a bundle whose YAML multiplies itself',
      async () => {
        const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
        for (let at = 1; at < 9; at++)
          lines.push(
            `a${at}: &a${at} [${Array(9)
              .fill(`*a${at - 1}`)
              .join(', ')}]`,
          );
        const bomb = await bundleArchive({
          'release.yaml': `name: bomb\nversion: 1.0.0\nx:\n  ${lines.join('\n  ')}\n`,
        });
        return tar([
          [{ name: 'cluster.json' }, manifest()],
          [{ name: 'bundles/release/bomb@1.0.0.tar.gz' }, bomb],
        ]);
      },
      'YAML_TOO_LARGE',
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

  it('refuse what unpacks without end, at the limit', async () => {
    const zeros = gzipSync(Buffer.alloc(4 * 1024 * 1024));
    const bomb = Buffer.concat([await tar([[{ name: 'cluster.json' }, manifest()]]), zeros, zeros]);
    const reading = readArchive(
      Readable.from([bomb], { objectMode: false }),
      () => Promise.reject(new Error('it has no bundle')),
      { sentBytes: 1024 * 1024, unpackedBytes: 6 * 1024 * 1024 },
    );
    await expect(reading).rejects.toMatchObject({ problems: [{ code: 'UPLOAD_TOO_LARGE' }] });
    expect(bomb.length).toBeLessThan(20_000);
  });
});
