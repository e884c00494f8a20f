import { waitUntil } from '@muster/testkit';
import request from 'supertest';
import { SseReader } from '../testing/sse-reader.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';
import type { Grants } from './grants';
import { TOKEN_PATTERN } from './token-text';

describe('tokens', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    for (const name of ['blue', 'green'])
      await planner.post('/api/v1/projects', { name }).then((response) => expectStatus(response, 201));
  });
  afterAll(() => planner.close());

  let count = 0;
  const newName = () => `t${++count}`;
  const create = async (body: object): Promise<{ name: string; token: string }> => {
    const response = await planner.post('/api/v1/tokens', { name: newName(), ...body });
    expectStatus(response, 201);
    return response.body as { name: string; token: string };
  };
  const as = (token: string, method = 'get', path = '/api/v1/nodes', project = 'default') => {
    const agent = request(planner.url);
    return agent[method as 'get'](path).set('authorization', `Bearer ${token}`).set('muster-project', project);
  };
  const codeOf = (response: request.Response) => [response.status, response.body.problems?.[0]?.code];

  it('are told once, kept as hashes and known by what scanners look for', async () => {
    const { name, token } = await create({ role: 'viewer' });
    expect(token).toMatch(TOKEN_PATTERN);
    expect((await as(token)).status).toBe(200);
    expect((await as(token, 'get', '/api/v1/identity')).body).toEqual({ name, roles: { default: 'viewer' } });
    const shown = await planner.get(`/api/v1/tokens/${name}`);
    expect(shown.body).toMatchObject({ name, state: 'active', createdBy: 'admin', roles: { default: 'viewer' } });
    expect(shown.body.lastUsedAt).toEqual(expect.any(String));
    const stored = JSON.stringify(await planner.database.query('SELECT * FROM planner.token'));
    const keys = JSON.stringify(await planner.database.query('SELECT * FROM planner.idempotency_key'));
    const audit = JSON.stringify(await planner.database.query('SELECT * FROM planner.audit'));
    expect(stored).toContain(name);
    for (const place of [shown.text, stored, keys, audit, planner.log.join('\n')]) expect(place).not.toContain(token);
  });

  it('are the same for the same request under the same key, and no other', async () => {
    const body = { name: newName(), role: 'viewer' };
    const first = await planner.post('/api/v1/tokens', body, 'key-of-a-token');
    const again = await planner.post('/api/v1/tokens', body, 'key-of-a-token');
    expect([again.status, again.body.token]).toEqual([201, first.body.token]);
    expect(codeOf(await planner.post('/api/v1/tokens', body))).toEqual([409, 'TOKEN_EXISTS']);
    const other = await planner.post('/api/v1/tokens', { ...body, name: newName() }, 'key-of-a-token');
    expect(codeOf(other)).toEqual([422, 'API_IDEMPOTENCY_MISMATCH']);
    const kept = JSON.stringify(await planner.database.query('SELECT * FROM planner.idempotency_key'));
    expect(kept).toContain(body.name);
    expect(kept).not.toContain(first.body.token);
  });

  it('are changed under If-Match, which use does not change', async () => {
    const { name, token } = await create({ role: 'viewer' });
    const url = `/api/v1/tokens/${name}`;
    const etag = async () => (await planner.get(url)).headers['etag'] as string;
    const first = await etag();
    expect((await as(token)).status).toBe(200);
    expect(await etag()).toBe(first);
    expectStatus(await planner.put(`${url}/role`, { role: 'operator' }).set('if-match', first), 200);
    const stale = [
      await planner.put(`${url}/role`, { role: 'viewer' }).set('if-match', first),
      await planner.delete(`${url}/role`).set('if-match', first),
      await planner.post(`${url}/rotate`, {}).set('if-match', first),
      await planner.delete(url).set('if-match', first),
    ];
    expect(stale.map(({ status }) => status)).toEqual([412, 412, 412, 412]);
    expect((await planner.get(url)).body).toMatchObject({ roles: { default: 'operator' }, state: 'active' });
    expectStatus(await planner.post(`${url}/rotate`, {}).set('if-match', await etag()), 200);
    expectStatus(await planner.delete(url).set('if-match', await etag()), 204);
  });

  it('are not brought back by a rotation that is sent again after another one', async () => {
    const { name } = await create({ role: 'viewer' });
    const rotate = (body: object, key: string) => planner.post(`/api/v1/tokens/${name}/rotate`, body, key);
    const first = (await rotate({}, 'rotation-1')).body.token as string;
    const second = (await rotate({}, 'rotation-2')).body.token as string;
    const late = await rotate({}, 'rotation-1');
    expect([late.status, late.body.token]).toEqual([200, first]);
    expect(codeOf(await rotate({ keepSeconds: 60 }, 'rotation-1'))).toEqual([422, 'API_IDEMPOTENCY_MISMATCH']);
    expect([(await as(first)).status, (await as(second)).status]).toEqual([401, 200]);
    // A day later the key stands for a request of its own, which gives a text that nobody has had.
    await planner.database.query("UPDATE planner.idempotency_key SET expires_at = now() - interval '1 second'");
    const next = await rotate({}, 'rotation-1');
    expect([next.status, (await as(next.body.token as string)).status]).toEqual([200, 200]);
    expect((await rotate({}, 'rotation-1')).body.token).toBe(next.body.token);
    expect([(await as(first)).status, (await as(second)).status]).toEqual([401, 401]);
  });

  it('are told also when the planner that rotated them died before it could answer', async () => {
    const { name } = await create({ role: 'viewer' });
    const etag = (await planner.get(`/api/v1/tokens/${name}`)).headers['etag'] as string;
    const rotate = () => planner.post(`/api/v1/tokens/${name}/rotate`, {}, `rotation-of-${name}`).set('if-match', etag);
    const { token } = (await rotate()).body as { token: string };
    await planner.database.query(
      "UPDATE planner.idempotency_key SET status = NULL, answer = NULL, leased_until = now() - interval '1 second' WHERE key = $1",
      [`rotation-of-${name}`],
    );
    const again = await rotate();
    expect([again.status, again.body.token]).toEqual([200, token]);
    expect((await as(token)).status).toBe(200);
  });

  it('end when they are revoked, and their names are not given again', async () => {
    const { name, token } = await create({ role: 'viewer' });
    await planner.delete(`/api/v1/tokens/${name}`).then((response) => expectStatus(response, 204));
    const refused = await as(token);
    expect(codeOf(refused)).toEqual([401, 'API_UNAUTHENTICATED']);
    expect(refused.body.problems[0]).toMatchObject({
      summary: 'The token was revoked.',
      remedy: expect.stringContaining('muster token create') as string,
    });
    expect((await planner.get(`/api/v1/tokens/${name}`)).body.state).toBe('revoked');
    expect(codeOf(await planner.post('/api/v1/tokens', { name, role: 'viewer' }))).toEqual([409, 'TOKEN_EXISTS']);
    expect(codeOf(await planner.post(`/api/v1/tokens/${name}/rotate`))).toEqual([409, 'TOKEN_REVOKED']);
  });

  it('end when their time is over', async () => {
    const { name, token } = await create({ role: 'viewer', expiresAt: '2099-01-01T00:00:00Z' });
    expect((await as(token)).status).toBe(200);
    await planner.database.query('UPDATE planner.token SET expires_at = now() WHERE name = $1', [name]);
    const refused = await as(token);
    expect(codeOf(refused)).toEqual([401, 'API_UNAUTHENTICATED']);
    expect(refused.body.problems[0].summary).toBe("The token's time is over.");
    expect((await planner.get('/api/v1/tokens?state=expired')).body.items).toMatchObject([{ name, state: 'expired' }]);
    const past = await planner.post('/api/v1/tokens', {
      name: newName(),
      role: 'viewer',
      expiresAt: '2001-01-01T00:00:00Z',
    });
    expect(past.status).toBe(400);
  });

  it('get another text by rotation, the one before being taken for as long as was asked', async () => {
    const { name, token } = await create({ role: 'viewer' });
    const kept = (await planner.post(`/api/v1/tokens/${name}/rotate`, { keepSeconds: 600 })).body.token as string;
    expect([(await as(token)).status, (await as(kept)).status]).toEqual([200, 200]);
    await planner.database.query('UPDATE planner.token SET previous_until = now() WHERE name = $1', [name]);
    const refused = await as(token);
    expect(codeOf(refused)).toEqual([401, 'API_UNAUTHENTICATED']);
    expect(refused.body.problems[0].summary).toMatch(/replaced/);
    const last = (await planner.post(`/api/v1/tokens/${name}/rotate`)).body.token as string;
    expect([(await as(kept)).status, (await as(last)).status]).toEqual([401, 200]);
  });

  it.each<[string, object, number, string]>([
    ['no role', {}, 400, 'API_INVALID'],
    ['an unknown role', { role: 'root' }, 400, 'API_INVALID'],
    ['an unknown role of a project', { roles: { blue: 'root' } }, 400, 'API_INVALID'],
    ['a project that is not there', { roles: { nowhere: 'viewer' } }, 400, 'API_INVALID'],
    ['a role both ways', { role: 'viewer', roles: { blue: 'viewer' } }, 400, 'API_INVALID'],
    ['the name of the administrator', { name: 'admin', role: 'viewer' }, 400, 'API_INVALID'],
    ['a name that is none', { name: 'oidc:ada', role: 'viewer' }, 400, 'API_INVALID'],
    ['an unknown field', { role: 'viewer', hash: 'x' }, 400, 'API_INVALID'],
  ])('are not made with %s', async (_, body, status, code) => {
    expect(codeOf(await planner.post('/api/v1/tokens', { name: newName(), ...body }))).toEqual([status, code]);
  });

  it('are given no right that their giver lacks, and are not seen across projects', async () => {
    const blue = await create({ roles: { blue: 'admin' } });
    const asBlue = (method: string, path: string, body: object = {}) => as(blue.token, method, path, 'blue').send(body);
    const give = (roles: Grants) => asBlue('post', '/api/v1/tokens', { name: newName(), roles });
    expect((await give({ blue: 'admin' })).status).toBe(201);
    for (const roles of [{ '*': 'viewer' }, { green: 'viewer' }, { blue: 'viewer', default: 'viewer' }] as Grants[])
      expect(codeOf(await give(roles))).toEqual([403, 'API_FORBIDDEN']);
    // What is refused for want of a right tells nothing about whether the project is there.
    expect((await give({ green: 'viewer' })).text.replaceAll('green', 'X')).toBe(
      (await give({ nowhere: 'viewer' })).text.replaceAll('nowhere', 'X'),
    );
    const both = await create({ roles: { blue: 'viewer', green: 'operator' } });
    const shown = await asBlue('get', `/api/v1/tokens/${both.name}`);
    expect(shown.body.roles).toEqual({ blue: 'viewer' });
    expect(codeOf(await asBlue('delete', `/api/v1/tokens/${both.name}`))).toEqual([403, 'API_FORBIDDEN']);
    expect(codeOf(await asBlue('post', `/api/v1/tokens/${both.name}/rotate`))).toEqual([403, 'API_FORBIDDEN']);
    expect((await asBlue('delete', `/api/v1/tokens/${both.name}/role`)).status).toBe(204);
    expect(codeOf(await asBlue('get', `/api/v1/tokens/${both.name}`))).toEqual([404, 'API_NOT_FOUND']);
    expect((await as(both.token, 'get', '/api/v1/nodes', 'blue')).status).toBe(404);
    expect((await as(both.token, 'get', '/api/v1/nodes', 'green')).status).toBe(200);
    expect((await asBlue('put', `/api/v1/tokens/${both.name}/role`, { role: 'operator' })).status).toBe(200);
    expect((await as(both.token, 'get', '/api/v1/nodes', 'blue')).status).toBe(200);
    const everywhere = await create({ roles: { '*': 'viewer' } });
    expect(codeOf(await asBlue('delete', `/api/v1/tokens/${everywhere.name}`))).toEqual([403, 'API_FORBIDDEN']);
  });

  it('are listed page by page', async () => {
    const first = (await planner.get('/api/v1/tokens?limit=2')).body;
    const second = (await planner.get(`/api/v1/tokens?limit=2&cursor=${first.next}`)).body;
    const names = [...first.items, ...second.items].map((item: { name: string }) => item.name);
    expect(new Set(names).size).toBe(4);
  });

  it('end the streams that were opened with them', async () => {
    const revoked = await create({ role: 'viewer' });
    const moved = await create({ roles: { default: 'viewer', green: 'viewer' } });
    const stays = await create({ role: 'viewer' });
    const open = ({ token }: { token: string }) => SseReader.open(`${planner.url}/api/v1/events`, undefined, token);
    const readers = [await open(revoked), await open(moved), await open(stays)];
    await planner.delete(`/api/v1/tokens/${revoked.name}`).then((response) => expectStatus(response, 204));
    await planner.delete(`/api/v1/tokens/${moved.name}/role`).then((response) => expectStatus(response, 204));
    await waitUntil('both have ended', () => readers[0]?.ended === true && readers[1]?.ended === true);
    expect(readers[2]?.ended).toBe(false);
    await Promise.all(readers.map((reader) => reader.close()));
  });
});
