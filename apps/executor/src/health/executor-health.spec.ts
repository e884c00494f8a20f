import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SecretValue } from '@muster/model';
import { waitUntil } from '@muster/testkit';
import { Client, Pool } from 'pg';
import { parse } from 'yaml';
import { ExecutorBed, graphTask } from '../executor-bed.testing';

const RULES = join(__dirname, '../../../../examples/prometheus/muster-executor-alerts.yaml');
const TOKEN = 'token-of-the-metrics-0123456789';
const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };
const local = { host: '127.0.0.1', port: 0, isAlone: false };

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

describe("an executor's health and figures", () => {
  let bed: ExecutorBed;
  let url: string;
  beforeAll(async () => {
    bed = await ExecutorBed.open(1);
    const health = { ...local, token: new SecretValue(TOKEN), isAlone: true };
    // Long enough that a busy machine loses no lease by itself.
    url = (await bed.startExecutor(6000, { health })).healthUrl ?? '';
  }, 60_000);
  afterAll(() => bed.close());

  const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    fetch(`${url}${path}`, { headers, method });
  const read = async (): Promise<string> => (await ask('/metrics', AUTHORIZED)).text();
  const value = async (name: string): Promise<number | null> => {
    const line = (await read()).split('\n').find((each) => each.startsWith(`${name}{`));
    return line === undefined ? null : Number(line.split(' ').at(-1));
  };
  const is = (name: string, expected: number) =>
    waitUntil(`${name} is ${expected}`, async () => (await value(name)) === expected);

  it('tell whether it lives and takes work, to everybody, and nothing else to anybody without the token', async () => {
    expect(await (await ask('/health/live')).json()).toEqual({ status: 'ok' });
    expect(await (await ask('/health/ready')).json()).toEqual({ status: 'ok', reasons: [] });
    const strangers: Record<string, string>[] = [
      {},
      { authorization: `Bearer ${TOKEN}x` },
      { authorization: `Basic ${TOKEN}` },
    ];
    for (const headers of strangers)
      for (const path of ['/metrics', '/', '/nothing', '/metrics/../metrics', '//metrics', '/health']) {
        const answer = await ask(path, headers);
        const { problems } = (await answer.json()) as { problems: unknown };
        expect([path, answer.status, problems]).toMatchObject([path, 401, [{ code: 'API_UNAUTHENTICATED' }]]);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
      }
    expect((await ask('/metrics', AUTHORIZED)).status).toBe(200);
    expect((await ask('/nothing', AUTHORIZED)).status).toBe(404);
    expect((await ask('/metrics', AUTHORIZED, 'POST')).status).toBe(404);
  });

  it('are told though others open many connections and say nothing', async () => {
    const { port } = new URL(url);
    const silent = Array.from({ length: 150 }, () => connect(Number(port), '127.0.0.1'));
    try {
      for (const socket of silent) socket.on('error', () => undefined);
      await Promise.all(silent.map(async (socket) => socket.readyState === 'open' || (await once(socket, 'connect'))));
      // Over a connection of its own.
      const asked = get(`${url}/health/live`, { agent: false });
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      answer.resume();
      expect(answer.statusCode).toBe(200);
      await waitUntil('the oldest are ended', () => silent.slice(0, 50).every(({ closed }) => closed));
    } finally {
      for (const socket of silent) socket.destroy();
    }
  });

  it('tell in time that the database is silent, and ask it no more than one question meanwhile', async () => {
    const real = Pool.prototype.query as (...args: unknown[]) => Promise<unknown>;
    let asked = 0;
    let answer = (_: unknown): void => undefined;
    const query = function (this: Pool, ...args: unknown[]): unknown {
      if (args[0] !== 'SELECT 1') return real.apply(this, args);
      asked += 1;
      return new Promise((resolve) => (answer = resolve));
    };
    const silent = jest.spyOn(Pool.prototype, 'query').mockImplementation(query);
    try {
      const ready = async () => {
        const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(8000) });
        return [response.status, ((await response.json()) as { reasons: string[] }).reasons];
      };
      const told = [503, ['the database does not answer']];
      expect(await Promise.all([ready(), ready()])).toEqual([told, told]);
      expect(asked).toBe(1);
    } finally {
      silent.mockRestore();
      answer(undefined);
    }
    await waitUntil('it is ready again', async () => (await ask('/health/ready')).status === 200);
  });

  it('count what it owns, has begun, is connected to and has to publish; and what is taken from it', async () => {
    for (const name of ['deployments', 'attempts_open', 'ssh_connections', 'events_unpublished', 'leases_lost_total'])
      expect([name, await value(`muster_executor_${name}`)]).toEqual([name, 0]);
    expect(await value('muster_executor_broker_connected')).toBe(1);
    const gate = join(bed.folder.path, 'gate');
    const cmd = `until [ -e ${gate} ]; do sleep 0.05; done`;
    const { deployment } = await bed.deploy({ tasks: [graphTask('long@n1', { parameters: { cmd } })] });
    await is('muster_executor_attempts_open', 1);
    expect(await value('muster_executor_deployments')).toBe(1);
    // Begun before the node is connected to.
    await is('muster_executor_ssh_connections', 1);
    const client = new Client({ connectionString: bed.database.url });
    await client.connect();
    try {
      await client.query(
        `UPDATE executor.deployment SET owner = 'somebody-else', epoch = epoch + 1, lease_until = clock_timestamp() + interval '1 second' WHERE id = $1`,
        [deployment],
      );
      await is('muster_executor_leases_lost_total', 1);
      // It goes on once that lease has passed, and follows what it had begun.
      await is('muster_executor_deployments', 1);
      await is('muster_executor_deployments_unowned', 0);
      await waitUntil('events are still to be published', async () => {
        // Until it has noted what it publishes now.
        await client.query('UPDATE executor.deployment SET published_seq = 0 WHERE id = $1', [deployment]);
        return ((await value('muster_executor_events_unpublished')) ?? 0) > 0;
      });
    } finally {
      await client.end();
    }
    writeFileSync(gate, '');
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded' });
    await is('muster_executor_attempts_open', 0);
    await is('muster_executor_deployments', 0);
    expect(await value('muster_executor_leases_lost_total')).toBe(1);
  }, 60_000);

  it('are there for every alarm of the example, with nothing in them that somebody named', async () => {
    const text = await read();
    const names = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
    const rules = (parse(readFileSync(RULES, 'utf8')) as Rules).groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(5);
    for (const { alert, expr } of rules)
      for (const [name] of expr.matchAll(/\b(?:muster|nodejs|process)_\w+/g))
        expect([alert, name, names.has(name)]).toEqual([alert, name, true]);
    expect(text).not.toMatch(/long|n1|somebody/);
  });

  it('are for nobody to read without a token of their own, and told nowhere unless an address is set', async () => {
    const closed = await bed.startExecutor(1000, { health: { ...local, token: null } });
    const answer = await fetch(`${closed.healthUrl}/metrics`, { headers: AUTHORIZED });
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('MUSTER_METRICS_TOKEN')]);
    expect((await fetch(`${closed.healthUrl}/health/ready`)).status).toBe(200);
    expect((await bed.startExecutor()).healthUrl).toBeNull();
  });

  it('stop the start where their address is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const start = bed.startExecutor(1000, { health: { ...local, port, token: null } });
    await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => taken.close(resolve));
  });
});
