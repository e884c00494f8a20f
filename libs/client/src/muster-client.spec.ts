import { ApiError, MusterClient, ServerUnreachable } from './index';
import { type Answer, events, hangUp, json, type ScriptedServer, startScriptedServer } from './scripted-server.testing';

const servers: ScriptedServer[] = [];

async function clientOf(...answers: readonly Answer[]) {
  const server = await startScriptedServer(...answers);
  servers.push(server);
  return {
    server,
    client: new MusterClient({ server: `${server.url}/`, token: 'the-token', retryDelaysMs: [1, 1], timeoutMs: 2_000 }),
  };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

const problems = [
  { code: 'CLUSTER_UNKNOWN_RELEASE', severity: 'error', subject: 'cluster a', summary: 's', remedy: 'r' },
];

describe('requests', () => {
  it('carry the token, percent-encoded names and JSON', async () => {
    const { server, client } = await clientOf(json({ command: 'c' }, 202));
    await client.transactions.control('t/1', { verb: 'skip', tasks: ['a@1'] });
    const request = server.seen[0];
    expect(request).toMatchObject({ method: 'POST', url: '/api/v1/transactions/t%2F1/controls' });
    expect(request?.headers).toMatchObject({ authorization: 'Bearer the-token', 'content-type': 'application/json' });
    expect(JSON.parse(String(request?.body))).toEqual({ verb: 'skip', tasks: ['a@1'] });
  });

  it('send a bundle as bytes', async () => {
    const { server, client } = await clientOf(json({ name: 'a', version: '1.0.0', digest: 'd', problems: [] }, 201));
    await client.plugins.publish(new Uint8Array([1, 2, 3]));
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/api/v1/plugins', body: Buffer.from([1, 2, 3]) });
    expect(server.seen[0]?.headers['content-type']).toBe('application/gzip');
  });

  it('are refused with every problem of the answer', async () => {
    const { client } = await clientOf(json({ status: 422, title: 'x', problems }, 422, 'application/problem+json'));
    const error = await client.clusters.plan('a', {}).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 422, problems });
  });

  it('do not take a web page for an answer', async () => {
    const page: Answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    const { client } = await clientOf(page);
    await expect(client.nodes.get('a')).rejects.toMatchObject({ problems: [{ code: 'SERVER_ANSWER_STRANGE' }] });
  });

  it('do not follow a redirect with the token', async () => {
    const { server, client } = await clientOf((response) => response.writeHead(302, { location: '/elsewhere' }).end());
    await expect(client.nodes.get('a')).rejects.toMatchObject({ status: 302 });
    expect(server.seen).toHaveLength(1);
  });

  it('walk through all pages', async () => {
    const { server, client } = await clientOf(
      json({ items: [{ name: 'a' }], next: 'x y' }),
      json({ items: [{ name: 'b' }], next: null }),
    );
    const names: string[] = [];
    for await (const node of client.nodes.list()) names.push(node.name);
    expect(names).toEqual(['a', 'b']);
    expect(server.seen[1]?.url).toBe('/api/v1/nodes?limit=200&cursor=x+y');
  });
});

describe('a write whose answer was lost', () => {
  it('is tried again under the same key, another write under another', async () => {
    const { server, client } = await clientOf(hangUp, json({}, 503), json({ transaction: 't' }, 201));
    expect(await client.transactions.start({ cluster: 'a' })).toEqual({ transaction: 't' });
    await client.transactions.start({ cluster: 'a' });
    const keys = server.seen.map((each) => each.headers['idempotency-key']);
    expect(keys).toHaveLength(4);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
  });

  it('fails as unreachable when no try gets an answer', async () => {
    const { server, client } = await clientOf(hangUp);
    await expect(client.transactions.start({ cluster: 'a' })).rejects.toBeInstanceOf(ServerUnreachable);
    expect(server.seen).toHaveLength(3);
  });

  it('waits for the answer of its first try while that is being handled', async () => {
    const running = { code: 'API_IDEMPOTENCY_RUNNING', severity: 'error', subject: 's', summary: 's', remedy: 'r' };
    const { server, client } = await clientOf(
      hangUp,
      json({ problems: [running] }, 409),
      json({ transaction: 't' }, 201),
    );
    expect(await client.transactions.start({ cluster: 'a' })).toEqual({ transaction: 't' });
    expect(server.seen).toHaveLength(3);
  });

  it('is not tried again once refused', async () => {
    const { server, client } = await clientOf(json({ problems }, 409));
    await expect(client.transactions.start({ cluster: 'a' })).rejects.toBeInstanceOf(ApiError);
    expect(server.seen).toHaveLength(1);
  });
});

describe('a stream of events', () => {
  const event = (number: number) =>
    `id: ${number}\ndata: ${JSON.stringify({ number, at: '', type: 'x', subject: {}, data: {} })}\n\n`;

  it('resumes after the last number when the connection is cut, also in the middle of an event', async () => {
    const { server, client } = await clientOf(
      events(event(1) + ': beat\n\n' + event(2) + 'id: 3\ndata: {"num', 'cut'),
      events(event(3) + event(4), 'open'),
    );
    const numbers: number[] = [];
    const reconnects: number[] = [];
    for await (const it of client.events.follow({ after: 0 }, { onReconnect: (_, tries) => reconnects.push(tries) })) {
      numbers.push(it.number);
      if (it.number === 4) break;
    }
    expect(numbers).toEqual([1, 2, 3, 4]);
    expect(server.seen.map((each) => each.headers['last-event-id'])).toEqual(['0', '2']);
    expect(reconnects).toEqual([1]);
  });

  it('of output ends when the server says so, not when it is closed', async () => {
    const chunk = { attempt: 1, offset: 0, stream: 'stdout', text: 'hello\n' };
    const piece = (id: number) => `id: ${id}\ndata: ${JSON.stringify(chunk)}\n\n`;
    const { server, client } = await clientOf(
      events(piece(1)),
      events(`${piece(2)}id: 2\nevent: end\ndata: {}\n\n`, 'open'),
    );
    const chunks: unknown[] = [];
    for await (const it of client.transactions.followOutput('t', 'a@1')) chunks.push(it);
    expect(chunks).toEqual([chunk, chunk]);
    expect(server.seen.map((each) => each.headers['last-event-id'])).toEqual([undefined, '1']);
  });

  it('fails at once when refused, and after its tries when nobody answers', async () => {
    const refused = await clientOf(json({ problems }, 404));
    await expect(refused.client.events.follow().next()).rejects.toBeInstanceOf(ApiError);
    const silent = await clientOf(hangUp);
    await expect(silent.client.events.follow({}, { triesMax: 0 }).next()).rejects.toBeInstanceOf(ServerUnreachable);
  });

  it('counts as dead when it stays silent', async () => {
    const { server, client } = await clientOf(events(': nothing\n\n', 'open'), events(event(1), 'open'));
    const first = await client.events.follow({}, { silenceMsMax: 50 }).next();
    expect(first.value).toMatchObject({ number: 1 });
    expect(server.seen).toHaveLength(2);
  });

  it('stops with the reason given when aborted', async () => {
    const { client } = await clientOf(events(': nothing\n\n', 'open'));
    const reason = new Error('detached');
    const stop = new AbortController();
    const next = client.events.follow({}, { signal: stop.signal }).next();
    stop.abort(reason);
    await expect(next).rejects.toBe(reason);
  });
});
