import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitUntil } from '@muster/testkit';
import { addressPolicy } from './address-policy';
import { sendWebhook } from './send-webhook';

describe('a try to deliver', () => {
  const servers: Server[] = [];
  const here = addressPolicy(['127.0.0.1']);
  const nowhere = addressPolicy([]);

  const listen = async (listener: RequestListener): Promise<number> => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await waitUntil('it listens', () => server.listening);
    return (server.address() as AddressInfo).port;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('sends the body with its headers, and keeps the beginning of the answer without control characters', async () => {
    const got: unknown[] = [];
    const port = await listen((request, response) => {
      request.setEncoding('utf8');
      request.on('data', (body) => {
        got.push(request.method, request.url, request.headers['webhook-id'], request.headers.host, body);
        response.end('thanks\u001b[31m\r\nFATAL ' + 'x'.repeat(2000));
      });
    });
    const sent = await sendWebhook(
      `http://hook.test:${port}/a?b=c`,
      { 'webhook-id': 'm1' },
      '{"a":"ä"}',
      here,
      async () => ['127.0.0.1'],
    );
    expect(sent).toMatchObject({ status: 200, failure: null });
    expect(sent.excerpt).toMatch(/^thanks \[31m FATAL x+$/);
    expect(sent.excerpt?.length).toBeLessThan(501);
    expect(got).toEqual(['POST', '/a?b=c', 'm1', `hook.test:${port}`, '{"a":"ä"}']);
  });

  it.each([
    'http://127.0.0.1',
    'http://localhost',
    'http://[::1]',
    'http://127.1',
    'http://0x7f000001',
    'http://2130706433',
    'http://[::ffff:127.0.0.1]',
    'http://0.0.0.0',
  ])('does not reach this machine by %s', async (address) => {
    let reached = false;
    const port = await listen((_, response) => response.end(String((reached = true))));
    const sent = await sendWebhook(`${address}:${port}/`, {}, '{}', nowhere);
    expect([sent.status, sent.failure]).toEqual([null, expect.stringContaining('private or special address')]);
    expect(reached).toBe(false);
  });

  it('goes to the address that was judged, also when the name means another one by then', async () => {
    let asked = 0;
    const rebinding = async () => [asked++ === 0 ? '203.0.113.9' : '127.0.0.1'];
    let reached = false;
    const port = await listen((_, response) => response.end(String((reached = true))));
    // The first answer is allowed and leads nowhere; a second look-up would lead to this machine.
    const policy = addressPolicy(['203.0.113.9']);
    const sent = await sendWebhook(`http://hook.test:${port}/`, {}, '{}', policy, rebinding, 300);
    expect(sent.status).toBeNull();
    expect([asked, reached]).toEqual([1, false]);
    // Of several addresses only those that are allowed are tried.
    const both = await sendWebhook(`http://hook.test:${port}/`, {}, '{}', here, async () => ['10.0.0.1', '127.0.0.1']);
    expect([both.status, reached]).toEqual([200, true]);
  });

  it('uses no connection without TLS but where the configuration allows it', async () => {
    const sent = await sendWebhook('http://hook.test/', {}, '{}', nowhere, async () => ['93.184.216.34']);
    expect(sent.failure).toContain('without TLS');
  });

  it('follows no redirection', async () => {
    let second = false;
    const port = await listen((request, response) => {
      if (request.url === '/') response.writeHead(307, { location: '/second' });
      else second = true;
      response.end();
    });
    const sent = await sendWebhook(`http://127.0.0.1:${port}/`, {}, '{}', here);
    expect(sent).toMatchObject({ status: 307, failure: 'answered 307; redirections are not followed' });
    expect(second).toBe(false);
  });

  it('reads no more than a little of an answer without an end', async () => {
    let written = 0;
    const port = await listen((_, response) => {
      const more = (): void => {
        if (response.destroyed || written > 200_000_000) return;
        written += 100_000;
        response.write('x'.repeat(100_000), () => setImmediate(more));
      };
      more();
    });
    const sent = await sendWebhook(`http://127.0.0.1:${port}/`, {}, '{}', here);
    expect([sent.status, sent.failure]).toEqual([200, null]);
    expect(written).toBeLessThan(50_000_000);
  });

  it.each([
    ['before the answer', () => undefined],
    ['in the middle of it', (_: unknown, response: { write(text: string): void }) => response.write('a')],
  ])('gives up a receiver that is silent %s', async (_when, listener) => {
    const port = await listen(listener);
    const sent = await sendWebhook(`http://127.0.0.1:${port}/`, {}, '{}', here, undefined, 200);
    expect(sent.failure).toBe('no answer within 0.2 s');
  });

  it('tells how long the receiver wants to be left alone, and what it said', async () => {
    const port = await listen((_, response) => response.writeHead(503, { 'retry-after': '120' }).end('busy'));
    expect(await sendWebhook(`http://127.0.0.1:${port}/`, {}, '{}', here)).toEqual({
      ...{ status: 503, failure: 'answered 503', excerpt: 'busy', retryAfter: 120 },
    });
  });
});
