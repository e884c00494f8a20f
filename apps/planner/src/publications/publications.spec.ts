import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Bus, makeEnvelope, RabbitBus } from '@muster/messaging';
import { PUBLICATIONS_QUEUE, publishBundlePart, type PublishBundlePart, TOPOLOGY } from '@muster/protocol';
import { createTestVhost, tryProgram, waitUntil } from '@muster/testkit';
import { connect } from 'amqplib';
import { bundleArchive } from '../testing/bundle-archive.testing';
import { ADMIN_TOKEN, expectStatus, TestPlanner } from '../testing/test-planner.testing';
import { forgetPublications } from './forget-publications';
import { OPEN_MAX } from './take-part';

const pluginFiles = (name: string, more: Readonly<Record<string, Buffer>> = {}) => ({
  'plugin.yaml': `name: ${name}\nversion: 1.0.0\nreleases: ["web@^1.0.0"]\n`,
  ...more,
});

/** The parts of an archive, as many as asked for. */
function partsOf(archive: Buffer, count: number, more: Partial<PublishBundlePart> = {}): PublishBundlePart[] {
  const size = Math.ceil(archive.length / count);
  return Array.from({ length: count }, (_, index) => ({
    publication: '00000000-0000-4000-8000-000000000000',
    kind: 'plugin',
    token: ADMIN_TOKEN,
    digest: `sha256:${createHash('sha256').update(archive).digest('hex')}`,
    size: archive.length,
    parts: count,
    index,
    data: archive.subarray(index * size, (index + 1) * size).toString('base64'),
    ...more,
  }));
}

describe('publishing by message', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start(2);
  });
  afterAll(() => planner.close());
  const send = (part: PublishBundlePart, bus: Bus = planner.executor.bus) =>
    bus.request(PUBLICATIONS_QUEUE, makeEnvelope(publishBundlePart, part), 20_000);
  const tokenFor = async (name: string, roles: object): Promise<string> => {
    const token = `mst_${randomBytes(16).toString('hex')}`;
    await planner.database.query(
      `INSERT INTO planner.token (id, name, hash, grants, created_by) VALUES ($1, $2, $3, $4, 'test')`,
      [...[randomUUID(), name, createHash('sha256').update(token).digest('hex'), JSON.stringify(roles)]],
    );
    return token;
  };

  it('takes parts in any order and twice, by whichever planner, and answers once more when asked again', async () => {
    const archive = await bundleArchive(pluginFiles('parts', { 'files/big': randomBytes(300_000) }));
    const publication = randomUUID();
    const parts = partsOf(archive, 5, { publication });
    const order = [3, 0, 3, 4, 1].map((index) => parts[index] as PublishBundlePart);
    const received: unknown[] = [];
    for (const part of order) received.push(await send(part));
    expect(received).toMatchObject(
      [1, 2, 2, 3, 4].map((count) => ({ ok: true, body: { state: 'receiving', received: count, parts: 5 } })),
    );
    const last = await send(parts[2] as PublishBundlePart);
    expect(last).toMatchObject({
      ok: true,
      body: { publication, state: 'published', name: 'parts', problems: [{ code: 'BUNDLE_FITS_NO_RELEASE' }] },
    });
    expect(await send(parts[0] as PublishBundlePart)).toEqual(last);
    // One publication is one entry of the audit, however many parts it had and however often it is asked for.
    const { items } = (await planner.get('/api/v1/audit?from=broker')).body as { items: object[] };
    expect(items).toMatchObject([
      { who: 'admin', what: 'publishPlugin', subject: `publication ${publication}`, outcome: 'done', status: 201 },
    ]);
    const shown = await planner.get('/api/v1/plugins/parts/1.0.0');
    expect(shown.body).toMatchObject({ publishedBy: 'admin', archive: { digest: parts[0]?.digest } });
    // All at once, too: whoever has the last one.
    const other = partsOf(await bundleArchive(pluginFiles('once', { 'files/x': randomBytes(90_000) })), 6, {
      publication: randomUUID(),
    });
    const answers = await Promise.all(other.map((part) => send(part)));
    expect(answers.filter((each) => each.ok && (each.body as { state: string }).state === 'published')).not.toEqual([]);
    expect((await planner.get('/api/v1/plugins/once/1.0.0')).status).toBe(200);
  });

  it('tells all problems of what is wrong with the bundle, and keeps that answer', async () => {
    const archive = await bundleArchive({ 'plugin.yaml': 'name: bad\nversion: x\nroles: 5\nreleases: []\n' });
    const [part] = partsOf(archive, 1, { publication: randomUUID() }) as [PublishBundlePart];
    const refused = await send(part);
    expect(refused.ok ? [] : refused.problems.map(({ code }) => code)).toEqual([
      'BUNDLE_INVALID_VALUE',
      'BUNDLE_INVALID_VALUE',
    ]);
    expect(await send(part)).toEqual(refused);
    const { items } = (await planner.get('/api/v1/audit?from=broker&outcome=refused')).body as { items: object[] };
    expect(items).toMatchObject([
      { who: 'admin', code: 'BUNDLE_INVALID_VALUE', subject: `publication ${part.publication}` },
    ]);
  });

  it('wants the right to publish, in the project', async () => {
    const archive = await bundleArchive(pluginFiles('rights'));
    const [part] = partsOf(archive, 1) as [PublishBundlePart];
    const viewer = await tokenFor('looker', { default: 'viewer' });
    const publisher = await tokenFor('publisher', { default: 'publisher' });
    const codeOf = async (more: Partial<PublishBundlePart>) => {
      const reply = await send({ ...part, publication: randomUUID(), ...more });
      return reply.ok ? 'published' : reply.problems[0]?.code;
    };
    expect(await codeOf({ token: 'wrong' })).toBe('API_UNAUTHENTICATED');
    expect(await codeOf({ token: viewer })).toBe('API_FORBIDDEN');
    expect(await codeOf({ token: publisher, project: 'elsewhere' })).toBe('API_NOT_FOUND');
    expect(await codeOf({ token: publisher })).toBe('published');
    expect((await planner.get('/api/v1/plugins/rights/1.0.0')).body.publishedBy).toBe('publisher');
    // Each of them is on record, under the name of its token.
    const audit = (await planner.get('/api/v1/installation/audit?from=broker&what=publishPlugin&limit=4')).body as {
      items: { who: string | null; project: string | null; status: number; code: string | null }[];
    };
    expect(audit.items.map(({ who, project, status, code }) => [who, project, status, code])).toEqual([
      ['publisher', 'default', 201, null],
      ['publisher', null, 404, 'API_NOT_FOUND'],
      ['looker', 'default', 403, 'API_FORBIDDEN'],
      [null, null, 401, 'API_UNAUTHENTICATED'],
    ]);
    // One publication is one project's: a part of it that names another is not of it.
    await planner.post('/api/v1/projects', { name: 'blue' }).then((each) => expectStatus(each, 201));
    const both = await tokenFor('both', { default: 'publisher', blue: 'publisher' });
    const [first, second] = partsOf(archive, 2, { publication: randomUUID(), token: both });
    expect(await send(first as PublishBundlePart)).toMatchObject({ ok: true, body: { received: 1 } });
    expect(await send({ ...(second as PublishBundlePart), project: 'blue' })).toMatchObject({
      ...{ ok: false, problems: [{ code: 'PUBLICATION_INVALID' }] },
    });
    expect(planner.log.join('\n')).not.toContain(publisher);
    const rows = JSON.stringify(await planner.database.query('SELECT * FROM planner.publication'));
    expect(rows).not.toContain(publisher);
  });

  it('refuses parts that do not belong together, those of somebody else, and what is not what was announced', async () => {
    const archive = await bundleArchive(pluginFiles('mixed', { 'files/x': randomBytes(1000) }));
    const [first, second] = partsOf(archive, 2, { publication: randomUUID() }) as [
      PublishBundlePart,
      PublishBundlePart,
    ];
    const other = await tokenFor('other', { default: 'publisher' });
    expect(await send(first)).toMatchObject({ ok: true });
    for (const wrong of [{ size: 7 }, { parts: 3 }, { kind: 'release' as const }, { token: other }, { index: 2 }])
      expect(await send({ ...second, ...wrong })).toMatchObject({ problems: [{ code: 'PUBLICATION_INVALID' }] });
    expect(await send({ ...second, data: first.data })).toMatchObject({ problems: [{ code: 'PUBLICATION_INVALID' }] });
    expect((await planner.get('/api/v1/plugins/mixed/1.0.0')).status).toBe(404);
  });

  it('bounds how many are open, and forgets those that never end', async () => {
    const archive = await bundleArchive(pluginFiles('many', { 'files/x': randomBytes(1000) }));
    const token = await tokenFor('eager', { default: 'publisher' });
    const begin = () => send(partsOf(archive, 2, { publication: randomUUID(), token })[0] as PublishBundlePart);
    for (let index = 0; index < OPEN_MAX; index++) expect(await begin()).toMatchObject({ ok: true });
    expect(await begin()).toMatchObject({ problems: [{ code: 'PUBLICATION_TOO_MANY' }] });
    await planner.database.query(
      `UPDATE planner.publication SET created_at = now() - interval '21 hours' WHERE who = 'eager'`,
    );
    await forgetPublications(planner.database.manager);
    expect(await begin()).toMatchObject({ ok: true });
  });

  it('parks what is no such message, and goes on', async () => {
    const { bus } = planner.executor;
    const before = await bus.countWaiting(PUBLICATIONS_QUEUE.deadLetters);
    const envelope = makeEnvelope(publishBundlePart, {} as PublishBundlePart);
    await bus.send(PUBLICATIONS_QUEUE, envelope);
    await waitUntil('it is parked', async () => (await bus.countWaiting(PUBLICATIONS_QUEUE.deadLetters)) > before);
    const large = partsOf(Buffer.alloc(600 * 1024), 1)[0] as PublishBundlePart;
    expect(await send(large)).toMatchObject({ ok: false });
    const [part] = partsOf(await bundleArchive(pluginFiles('after')), 1, { publication: randomUUID() });
    expect(await send(part as PublishBundlePart)).toMatchObject({ ok: true, body: { state: 'published' } });
  });

  it('works over RabbitMQ for the example of a plugin that publishes itself, however often it is run', async () => {
    const vhost = await createTestVhost();
    const bus = await RabbitBus.open({ url: vhost.url, name: 'planner', log: planner.logger, topology: TOPOLOGY });
    const added = await planner.add(bus);
    try {
      const example = join(__dirname, '../../../../examples/plugin-that-publishes-itself/publish.mjs');
      const run = (token: string) =>
        tryProgram([process.execPath, example], {
          env: { ...process.env, MUSTER_AMQP_URL: vhost.url, MUSTER_TOKEN: token },
        });
      const first = await run(ADMIN_TOKEN);
      expect([first.code, JSON.parse(first.stdout)]).toMatchObject([0, { state: 'published', name: 'motd' }]);
      const again = await run(ADMIN_TOKEN);
      expect([again.code, JSON.parse(again.stdout)]).toEqual([0, JSON.parse(first.stdout)]);
      const refused = await run('wrong');
      expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('API_UNAUTHENTICATED')]);
      expectStatus(await planner.get('/api/v1/plugins/motd/1.0.0'), 200);

      // What no planner can read goes to the dead letters there, too.
      const connection = await connect(vhost.url);
      const channel = await connection.createChannel();
      channel.publish(PUBLICATIONS_QUEUE.name, '', Buffer.from('no JSON'));
      await waitUntil('it is parked', async () => (await bus.countWaiting(PUBLICATIONS_QUEUE.deadLetters)) === 1);
      await connection.close();
    } finally {
      await added.close();
      planner.planners.splice(planner.planners.indexOf(added), 1);
      await bus.close();
      await vhost.drop();
    }
  });
});
