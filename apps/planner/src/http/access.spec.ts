import { SecretValue } from '@muster/model';
import { ProblemsError } from '@muster/problems';
import request from 'supertest';
import { hashToken } from '../identity/token-hash';
import { startPlanner } from '../start-planner';
import { ADMIN_TOKEN, TestPlanner } from '../testing/test-planner.testing';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string | undefined;
  readonly open: boolean;
  readonly right: string | undefined;
}

interface Document {
  readonly security?: readonly object[];
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { operationId?: string; security?: readonly object[]; 'x-muster-right'?: string }>>
    >
  >;
}

describe('access', () => {
  let planner: TestPlanner;
  let operations: readonly Operation[];
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
    const { body } = (await planner.get('/api/openapi.json')) as { body: Document };
    operations = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, security = body.security ?? [], ...more }]) => ({
        method,
        path,
        operationId,
        open: security.length === 0,
        right: more['x-muster-right'],
      })),
    );
  });
  afterAll(() => planner.close());

  /** A path that could exist, so that nothing but the missing token is in the way. */
  const concrete = (path: string) =>
    path
      .replace('{cluster}', 'c1')
      .replace('{node}', 'n1')
      .replace(/\{[^}]+\}/g, '00000000-0000-4000-8000-000000000000');
  const send = ({ method, path }: Operation, token: string | null, accept = 'application/json') => {
    const sent = request(planner.url)[method as 'get'](concrete(path)).set('accept', accept);
    return token === null ? sent : sent.set('authorization', token);
  };

  it('documents every route, each under a name of its own and with the right that it wants', () => {
    const names = operations.map((each) => each.operationId);
    expect(names).not.toContain(undefined);
    expect(new Set(names).size).toBe(names.length);
    expect(operations.map(({ operationId, right }) => `${operationId}: ${right}`).sort()).toMatchSnapshot();
  });

  it('opens health alone', () => {
    expect(operations.filter((each) => each.open).map((each) => each.path)).toEqual(['/health/live', '/health/ready']);
  });

  it.each([
    ['no token', null],
    ['a wrong token', `Bearer ${ADMIN_TOKEN}x`],
    ['an empty token', 'Bearer '],
    ['another scheme', `Basic ${Buffer.from(`admin:${ADMIN_TOKEN}`).toString('base64')}`],
    ['a token of enormous length', `Bearer ${'x'.repeat(5000)}`],
  ])('answers every route with 401 to %s, streams too', async (_, token) => {
    for (const operation of operations.filter((each) => !each.open)) {
      for (const accept of ['application/json', 'text/event-stream']) {
        const response = await send(operation, token, accept);
        expect([operation.path, response.status, response.body.problems?.[0]?.code]).toEqual([
          operation.path,
          401,
          'API_UNAUTHENTICATED',
        ]);
        expect(response.headers['content-type']).toContain('application/problem+json');
      }
    }
  });

  it('does not tell strangers which routes exist', async () => {
    expect((await request(planner.url).get('/nothing/here')).status).toBe(401);
    expect((await planner.get('/nothing/here')).body).toMatchObject({
      status: 404,
      problems: [{ code: 'API_NOT_FOUND' }],
    });
  });

  it('does not read the body of a stranger', async () => {
    const response = await request(planner.url)
      .post('/api/v1/transactions')
      .set('content-type', 'application/json')
      .send('{broken');
    expect(response.status).toBe(401);
  });

  it("opens nothing but its own artifacts to a deployment's token, and those to nobody else", async () => {
    const { transaction } = await planner.deploy();
    const start = planner.executor.starts.find((each) => each.transaction === transaction);
    if (!start?.artifactToken) throw new Error('no token was sent');
    const token = `Bearer ${planner.secretBox.open(start.artifactToken).reveal()}`;
    const { digest } = start.artifacts[0] ?? { digest: '' };
    for (const operation of operations.filter((each) => !each.open && !each.path.startsWith('/internal/'))) {
      expect([operation.path, (await send(operation, token)).status]).toEqual([operation.path, 403]);
    }
    const artifact = (authorization: string, named: string) =>
      request(planner.url).get(`/internal/artifacts/${named}`).set('authorization', authorization).buffer(true);
    expect((await artifact(token, digest)).body.toString()).toBe('content of b\n');
    expect((await artifact(token, `sha256:${'0'.repeat(64)}`)).status).toBe(404);
    expect((await artifact(token, '..%2F..%2Fetc%2Fpasswd')).status).toBe(404);
    expect((await artifact(`Bearer ${ADMIN_TOKEN}`, digest)).status).toBe(403);
    await planner.executor.succeed(start.deployment, []);
  });

  it('knows stored tokens by their hash, until they expire', async () => {
    const insert = `INSERT INTO planner.token (id, hash, name, grants, created_by, expires_at)
      VALUES (gen_random_uuid(), $1, $2, '{"default": "viewer"}', 'test', now() + $3::interval)`;
    await planner.database.query(insert, [hashToken('a-stored-token'), 'ada', '1 hour']);
    await planner.database.query(insert, [hashToken('an-old-token'), 'bob', '-1 second']);
    const ask = (token: string) => request(planner.url).get('/api/v1/nodes').set('authorization', `Bearer ${token}`);
    expect((await ask('a-stored-token')).status).toBe(200);
    expect((await ask('an-old-token')).status).toBe(401);
  });

  it('tells health without a token, and nothing else with it', async () => {
    expect((await request(planner.url).get('/health/live')).body).toEqual({ status: 'ok' });
    expect((await request(planner.url).get('/health/ready')).body).toEqual({
      status: 'ok',
      database: true,
      broker: true,
      reasons: [],
    });
    expect((await request(planner.url).get('/health/other')).status).toBe(404);
    expect((await planner.get('/metrics')).text).toContain('muster_transactions');
  });
});

describe('a planner without authentication', () => {
  it.each(['0.0.0.0', '192.0.2.1', '::', 'example.com', '10.0.0.1', '127.0.0.1.example.com'])(
    'refuses to start on %s',
    async (host) => {
      const config = { host, port: 0, auth: 'off', adminToken: new SecretValue('') } as const;
      // The ports are not looked at: it refuses before it touches anything.
      const error: unknown = await startPlanner(config, {} as never).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ProblemsError);
      expect((error as ProblemsError).problems).toMatchObject([{ code: 'CONFIG_INVALID', subject: 'MUSTER_AUTH' }]);
    },
  );

  it('answers on loopback, but not to a web page that has got there by a name of its own', async () => {
    const planner = await TestPlanner.start(1, 'off');
    try {
      expect((await request(planner.url).get('/api/v1/nodes')).status).toBe(200);
      expect((await request(planner.url).get('/api/v1/nodes').set('host', 'localhost:7070')).status).toBe(200);
      expect((await request(planner.url).get('/api/v1/nodes').set('host', 'evil.example.com')).status).toBe(401);
      const from = (name: string, value: string) => request(planner.url).get('/api/v1/nodes').set(name, value);
      expect((await from('origin', 'http://evil.example.com')).status).toBe(401);
      expect((await from('origin', 'null')).status).toBe(401);
      expect((await from('sec-fetch-site', 'cross-site')).status).toBe(401);
      expect((await from('origin', 'http://localhost:3000')).status).toBe(200);
    } finally {
      await planner.close();
    }
  });
});
