import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitUntil } from '@muster/testkit';
import { writeFeedEvents } from '../feed/write-feed-events';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';
import { signWebhook } from './sign-webhook';

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly number: number;
  readonly cluster: string;
}

describe('webhooks', () => {
  let planner: TestPlanner;
  let server: Server;
  let url: string;
  const got: Got[] = [];
  /** What the receiver answers to the next requests; afterwards 204. */
  const answers: number[] = [];
  let inHand = 0;
  let inHandMax = 0;
  beforeAll(async () => {
    planner = await TestPlanner.start(2);
    server = createServer((request, response) => {
      let text = '';
      inHandMax = Math.max(inHandMax, ++inHand);
      request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      request.on('end', () => {
        const status = answers.shift() ?? 204;
        const { number, subject } = JSON.parse(text) as { number: number; subject: { cluster: string } };
        if (status < 300) got.push({ headers: request.headers, text, number, cluster: subject.cluster });
        setTimeout(() => {
          inHand -= 1;
          response.writeHead(status).end(status === 500 ? 'broken\u001b[2J' : '');
        }, 2);
      });
    }).listen(0, '127.0.0.1');
    await waitUntil('it listens', () => server.listening);
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  });
  beforeEach(() => {
    got.length = 0;
    answers.length = 0;
  });
  afterAll(async () => {
    await planner.close();
    server.closeAllConnections();
    server.close();
  });

  const write = (...clusters: string[]) =>
    writeFeedEvents(
      planner.database.manager,
      'default',
      clusters.flatMap((cluster) => [
        { type: 'cluster.deleted' as const, at: null, subject: { cluster }, data: {} },
        { type: 'pool.removed' as const, at: null, subject: {}, data: { pool: cluster } },
      ]),
    );
  const create = (name: string, more: object = {}) =>
    planner.post('/api/v1/webhooks', { name, url, kinds: ['cluster.*'], ...more });
  const view = async (name: string) => (await planner.get(`/api/v1/webhooks/${name}`)).body;
  const clusters = () => got.map(({ cluster }) => cluster);
  const remove = (name: string) => planner.delete(`/api/v1/webhooks/${name}`);

  it('are sent what they want, signed, in order, once, by one planner at a time', async () => {
    expectStatus(await create('all'), 201);
    const { secret } = (await planner.get('/api/v1/webhooks/all/secret')).body as { secret: string };
    inHandMax = 0;
    const names = Array.from({ length: 250 }, (_, index) => `c${index}`);
    for (const name of names) await write(name);
    await waitUntil('all are sent', () => got.length >= names.length);
    expect(clusters()).toEqual(names);
    expect(inHandMax).toBe(1);
    for (const { headers, text, number } of got) {
      const id = String(headers['webhook-id']);
      const expected = signWebhook(id, Number(headers['webhook-timestamp']), text, [secret]);
      expect(headers['webhook-signature']).toBe(expected['webhook-signature']);
      expect(id).toMatch(new RegExp(`^msg_[0-9a-f]{32}_${number}$`));
    }
    expect(JSON.parse(got[0]?.text ?? '')).toMatchObject({ type: 'cluster.deleted', timestamp: expect.any(String) });
    // Kept nowhere but sealed.
    const rows = await planner.database.query('SELECT * FROM planner.webhook, planner.idempotency_key');
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6));
    expect(planner.log.join()).not.toContain(secret.slice(6));
    expectStatus(await remove('all'), 204);
  });

  it('are tried again until they take it, and lose nothing meanwhile', async () => {
    expectStatus(await create('flaky'), 201);
    answers.push(500, 302, 404);
    await write('a', 'b');
    await waitUntil('both are sent', () => got.length === 2);
    expect(clusters()).toEqual(['a', 'b']);
    await waitUntil('it is well again', async () => (await view('flaky')).failures === 0);
    const failed = (await planner.get('/api/v1/webhooks/flaky/deliveries?failed=true')).body.items;
    expect(failed.map(({ status }: { status: number }) => status)).toEqual([404, 302, 500]);
    expect(failed[2]).toMatchObject({ failure: 'answered 500', excerpt: 'broken [2J', kind: 'cluster.deleted' });
    const page = (await planner.get('/api/v1/webhooks/flaky/deliveries?limit=2')).body;
    const rest = (await planner.get(`/api/v1/webhooks/flaky/deliveries?limit=9&cursor=${page.next}`)).body;
    expect([page.items.length, rest.items.length, rest.next]).toEqual([2, 3, null]);
    // The same message has the same id, whenever it comes.
    const [first] = got;
    expectStatus(await planner.post('/api/v1/webhooks/flaky/replay', { from: first?.number }), 200);
    await waitUntil('they come again', () => got.length >= 4);
    expect(clusters()).toEqual(['a', 'b', 'a', 'b']);
    expect(got[2]?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect((await planner.post('/api/v1/webhooks/flaky/replay', { from: 1e9 })).status).toBe(422);
    expectStatus(await remove('flaky'), 204);
  });

  it('are disabled when they fail for too long, which is told, and go on when they are active again', async () => {
    expectStatus(await create('dead'), 201);
    answers.push(...Array.from({ length: 200 }, () => 500));
    await write('x');
    await waitUntil('it fails', async () => (await view('dead')).failures > 0);
    expect(await view('dead')).toMatchObject({ state: 'active', lastFailure: 'answered 500' });
    await planner.database.query(
      `UPDATE planner.webhook SET failing_since = now() - interval '80 hours' WHERE name = 'dead'`,
    );
    await waitUntil('it is disabled', async () => (await view('dead')).state === 'disabled');
    const told = await waitUntil('it is told', async () => {
      const { items } = (await planner.get('/api/v1/events?kind=webhook.*')).body as { items: { data: object }[] };
      return items.length > 0 && items;
    });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ data: { webhook: 'dead', failure: 'answered 500', why: 'it failed for 72 h' } });
    answers.length = 0;
    await write('y');
    expectStatus(await planner.patch('/api/v1/webhooks/dead', { state: 'active' }), 200);
    await waitUntil('both are sent', () => got.length === 2);
    expect(clusters()).toEqual(['x', 'y']);
    answers.push(410);
    await write('z');
    await waitUntil(
      'a receiver that is gone is left alone at once',
      async () => (await view('dead')).state === 'disabled',
    );
    expect((await view('dead')).disabledWhy).toContain('410');
    expectStatus(await remove('dead'), 204);
    await planner.checkFeed();
  });

  it('are delivered by another planner when theirs dies in the middle', async () => {
    expectStatus(await create('moved'), 201);
    // As a planner leaves it that was killed: claimed, and its lease runs out.
    await planner.database.query(
      `UPDATE planner.webhook SET owner = $1, leased_until = now() + interval '2 seconds' WHERE name = 'moved'`,
      [randomUUID()],
    );
    await write('m');
    await waitUntil('it is sent', () => got.length === 1);
    expectStatus(await remove('moved'), 204);
  });

  it('are signed with the old secret, too, for a while after it was changed', async () => {
    expectStatus(await create('rotated'), 201);
    const old = (await planner.get('/api/v1/webhooks/rotated/secret')).body.secret;
    expectStatus(await planner.post('/api/v1/webhooks/rotated/secret', {}), 200);
    const now = (await planner.get('/api/v1/webhooks/rotated/secret')).body.secret;
    expect(now).not.toBe(old);
    await write('s');
    const sent = await waitUntil('it is sent', () => got[0]);
    const { headers, text } = sent;
    const both = signWebhook(String(headers['webhook-id']), Number(headers['webhook-timestamp']), text, [now, old]);
    expect(headers['webhook-signature']).toBe(both['webhook-signature']);
    expectStatus(await remove('rotated'), 204);
  });

  it('are refused with everything that is wrong with them', async () => {
    const refused = await create('bad', { url: 'http://user:pw@10.0.0.1/', kinds: ['cluster.exploded'], secret: 'x' });
    expect(refused.status).toBe(422);
    expect(refused.body.problems.map(({ place }: { place: { path: string } }) => place.path)).toEqual([
      ...['kinds', 'secret', 'url'],
    ]);
    for (const address of [
      'https://169.254.169.254/latest',
      'https://[::1]/',
      'http://10.0.0.1/',
      'ftp://x/',
      'https://127.0.0.2/',
    ]) {
      const { status, body } = await create('bad', { url: address });
      expect([address, status]).toEqual([address, 422]);
      expect(body.problems[0].code).toMatch(/^WEBHOOK_(ADDRESS_DENIED|INVALID)$/);
    }
    expect((await create('bad', { kinds: ['*'] })).status).toBe(400);
    expect((await planner.get('/api/v1/webhooks/bad')).status).toBe(404);
    expectStatus(await create('there'), 201);
    expect((await create('there')).status).toBe(409);
    const { etag } = await view('there');
    const edit = () => planner.patch('/api/v1/webhooks/there', { cluster: 'c1' }).set('if-match', `"${etag}"`);
    expectStatus(await edit(), 200);
    expect((await edit()).status).toBe(412);
    expect((await planner.patch('/api/v1/webhooks/there', { url: 'https://127.9.9.9/' })).status).toBe(422);
    expect(await view('there')).toMatchObject({ cluster: 'c1', url, etag: String(Number(etag) + 1) });
    expectStatus(await remove('there'), 204);
  });
});
