import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FeedEvent, MusterClient } from '@muster/client';
import { createTestDatabase, type PrivateFolder, privateFolder, tryProgram, waitUntil } from '@muster/testkit';
import { type BedServices, sharedServices } from './bed/bed-services';
import { musterJson } from './bed/muster';
import { ServiceProcess } from './bed/service-process';

/** Requests in all, and how many are answered before a planner is killed. */
const REQUESTS = 120;
const BEFORE_KILL = 40;
const WRITERS = 6;

describe('planners of one database', () => {
  let folder: PrivateFolder;
  let services: BedServices;
  const planners: ServiceProcess[] = [];
  const secrets = {
    MUSTER_SECRET_KEY: randomBytes(32).toString('base64'),
    MUSTER_ADMIN_TOKEN: randomBytes(24).toString('hex'),
    MUSTER_HTTP_PORT: '0',
  };
  beforeAll(async () => {
    folder = await privateFolder('planners');
    services = await sharedServices();
  });
  afterAll(async () => {
    for (const planner of planners) await planner.stop();
    await services.stop();
    await folder.remove();
  });

  const start = async (more: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> => {
    const name = `planner-${planners.length}`;
    const env = {
      ...secrets,
      ...{ MUSTER_DATABASE_URL: services.databaseUrl, MUSTER_AMQP_URL: services.brokerUrl, ...more },
      MUSTER_DATA_DIR: join(folder.path, name),
    };
    const planner = await ServiceProcess.start(['planner'], env, join(folder.path, `${name}.log`));
    planners.push(planner);
    return planner;
  };
  const clientOf = (planner: ServiceProcess) =>
    new MusterClient({ server: planner.ready.url ?? '', token: secrets.MUSTER_ADMIN_TOKEN });
  const authorized = { authorization: `Bearer ${secrets.MUSTER_ADMIN_TOKEN}` };
  /** Writes of every kind that needs no executor: what makes, what puts, what is given a secret, what is a machine. */
  const kinds = [
    (name: string) => ['POST', '/projects', { name }, `/projects/${name}`] as const,
    (name: string) => ['PUT', `/profiles/${name}`, { rules: ['cpus>=1'] }, `/profiles/${name}`] as const,
    (name: string) => ['POST', '/tokens', { name, role: 'viewer' }, `/tokens/${name}`] as const,
    (name: string) => {
      const hostKey = `SHA256:${name.padStart(43, 'A')}`;
      return ['POST', '/nodes', { name, address: `${name}.example.net`, hostKey }, `/nodes/${name}`] as const;
    },
  ];
  const kindOf = (index: number, name: string) => {
    const make = kinds[index % kinds.length];
    if (make === undefined) throw new Error('there is no such kind');
    return make(name);
  };
  const send = (planner: ServiceProcess, index: number, name: string): Promise<Response> => {
    const [method, path, body] = kindOf(index, name);
    return fetch(`${planner.ready.url}/api/v1${path}`, {
      method,
      headers: { ...authorized, 'content-type': 'application/json', 'idempotency-key': `key-${name}` },
      body: JSON.stringify(body),
    });
  };

  it('lose nothing that was answered and no event when one of them is killed', async () => {
    const [one, two] = [await start(), await start()];
    const seen: FeedEvent[] = [];
    // Reads at the planner that is killed, then goes on at the other after the last number that it has.
    const follow = async (planner: ServiceProcess, signal: AbortSignal): Promise<void> => {
      const after = seen.at(-1)?.number ?? 0;
      for await (const event of clientOf(planner).events.follow({ after, kind: 'operation.*' }, { signal }))
        seen.push(event);
    };
    const [reading, readingOn] = [new AbortController(), new AbortController()];
    const reader = follow(one, reading.signal).catch(() => undefined);
    const answered: string[] = [];
    const unanswered: string[] = [];
    let isDead = false;
    let next = 0;
    const write = async (): Promise<void> => {
      for (let index = next++; index < REQUESTS; index = next++) {
        const name = `p${index}`;
        const response = await send(index % 8 > 3 || isDead ? two : one, index, name).catch(() => null);
        if (response !== null) expect([name, response.ok]).toEqual([name, true]);
        (response === null ? unanswered : answered).push(name);
        if (answered.length >= BEFORE_KILL && !isDead) {
          isDead = true;
          await one.kill();
        }
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    expect(isDead).toBe(true);
    // What the dead planner had in hand.
    expect(unanswered.length).toBeLessThan(WRITERS);
    expect(answered).toHaveLength(REQUESTS - unanswered.length);
    reading.abort();
    await reader;
    const second = follow(two, readingOn.signal).catch(() => undefined);
    for (const name of answered) {
      const [, , , read] = kindOf(Number(name.slice(1)), name);
      const { status } = await fetch(`${two.ready.url}/api/v1${read}`, { headers: authorized });
      expect([name, status]).toEqual([name, 200]);
    }
    const ends = () => seen.filter(({ type }) => type !== 'operation.started');
    const starts = () => seen.filter(({ type }) => type === 'operation.started');
    const idsOf = (events: readonly FeedEvent[]) => events.map((event) => event.subject.operation ?? '').sort();
    // As if a minute had passed: what the dead planner had begun is found by the living one.
    const late = "UPDATE planner.operation SET leased_until = now() - interval '2 seconds' WHERE ended_at IS NULL";
    expect(await tryProgram(['psql', services.databaseUrl, '-c', late])).toMatchObject({ code: 0 });
    await waitUntil('each has its end', () => starts().length >= answered.length && ends().length === starts().length, {
      timeoutMs: 60_000,
    });
    readingOn.abort();
    await second;
    expect(idsOf(ends())).toEqual(idsOf(starts()));
    expect(new Set(idsOf(ends())).size).toBe(ends().length);
    const numbers = seen.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    const succeeded = ends().filter(({ type }) => type === 'operation.succeeded');
    expect(succeeded.length).toBeGreaterThanOrEqual(answered.length);
  }, 120_000);

  it('are restored from a backup into an empty PostgreSQL, with the key, and go on', async () => {
    const source = planners.at(-1) as ServiceProcess;
    const env = { MUSTER_SERVER: source.ready.url ?? '', MUSTER_TOKEN: secrets.MUSTER_ADMIN_TOKEN };
    const release = join(folder.path, 'release');
    mkdirSync(release);
    writeFileSync(
      join(release, 'release.yaml'),
      'name: kept\nversion: 1.0.0\nroles: { web: {} }\nsettings: { type: object, properties: { password: { type: string, secret: true } } }\n',
    );
    writeFileSync(
      join(release, 'tasks.yaml'),
      '- { id: a, type: upload_file, role: [web], parameters: { path: /tmp/a, data: { yaql_exp: "$.password" } } }\n',
    );
    const clusterFile = join(folder.path, 'cluster.yaml');
    const cluster = (password: string) =>
      `cluster: kept\nrelease: kept@1.0.0\nsettings: { password: ${password} }\nnodes:\n  n1: { address: 192.0.2.1, roles: [web], hostKey: "SHA256:${'1'.repeat(43)}" }\n`;
    writeFileSync(clusterFile, cluster('MARKER'));
    await musterJson(['release', 'publish', release], env);
    await musterJson(['cluster', 'apply', '-f', clusterFile], env);
    const plan = await musterJson<{ digest: string }>(['plan', 'kept'], env);
    const last = (await clientOf(source).events.page({ limit: 1000 })).items.at(-1)?.number ?? 0;

    // As docs/reference/operations.md says.
    const dump = join(folder.path, 'muster.dump');
    const empty = await createTestDatabase();
    try {
      const run = async (...argv: string[]) => expect(await tryProgram(argv)).toMatchObject({ code: 0 });
      await run('pg_dump', '--format=custom', `--file=${dump}`, services.databaseUrl);
      for (const planner of planners.splice(0)) await planner.stop();
      await run('pg_restore', '--no-owner', `--dbname=${empty.url}`, dump);
      const restored = await start({ MUSTER_DATABASE_URL: empty.url });
      const there = { ...env, MUSTER_SERVER: restored.ready.url ?? '' };
      // The secret is opened with the key, and everything is as it was: the same plan.
      expect(await musterJson<{ digest: string }>(['plan', 'kept'], there)).toMatchObject({ digest: plan.digest });
      expect(await musterJson(['cluster', 'apply', '-f', clusterFile], there)).toMatchObject({
        revision: 1,
        changed: false,
      });
      writeFileSync(clusterFile, cluster('OTHER'));
      expect(await musterJson(['cluster', 'apply', '-f', clusterFile], there)).toMatchObject({
        revision: 2,
        changed: true,
      });
      // Numbers of events go on: no reader meets one twice.
      const fresh = await waitUntil('the new revision is told', async () => {
        const { items } = await clientOf(restored).events.page({ after: last, kind: 'cluster.*' });
        return items.length > 0 && items;
      });
      expect(fresh.map(({ data }) => data['revision'])).toEqual([2]);
      // Without the key that it was made with it does not start.
      await expect(
        start({ MUSTER_DATABASE_URL: empty.url, MUSTER_SECRET_KEY: randomBytes(32).toString('base64') }),
      ).rejects.toThrow('ended with');
      for (const planner of planners.splice(0)) await planner.stop();
    } finally {
      await empty.drop();
    }
  }, 120_000);
});
