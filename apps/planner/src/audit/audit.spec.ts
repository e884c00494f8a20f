import { makeEnvelope } from '@muster/messaging';
import { CONTROLS_QUEUE, controlTransaction } from '@muster/protocol';
import { waitUntil } from '@muster/testkit';
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { ADMIN_TOKEN, expectStatus, TestPlanner } from '../testing/test-planner.testing';
import type { AuditEntryDto } from './audit.dto';

describe('the audit', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
    await planner.post('/api/v1/projects', { name: 'blue' }).then((response) => expectStatus(response, 201));
  });
  afterAll(() => planner.close());

  const list = async (query = '', path = '/api/v1/audit'): Promise<readonly AuditEntryDto[]> =>
    (await planner.get(`${path}?limit=1000&${query}`)).body.items as AuditEntryDto[];
  const as = (token: string, method: string, path: string) => {
    const agent = request(planner.url);
    return agent[method as 'get'](path).set('authorization', `Bearer ${token}`);
  };

  it('tells who did what, why, from where and what came of it', async () => {
    const { transaction } = await planner.deploy({ reason: 'the new release' });
    const [started] = await list('what=startTransaction');
    expect(started).toMatchObject({
      project: 'default',
      who: 'admin',
      subject: '/api/v1/transactions',
      why: 'the new release',
      from: '127.0.0.1',
      outcome: 'done',
      status: 201,
      code: null,
      count: 1,
    });
    const missing = await planner.delete('/api/v1/nodes/nobody').set('muster-reason', encodeURIComponent('zu früh\n'));
    expect(missing.status).toBe(404);
    await planner.delete('/api/v1/nodes/none?reason=by%20query');
    expect((await list('what=removeNode'))[0]).toMatchObject({ why: 'by query', subject: '/api/v1/nodes/none' });
    expect(await list('what=removeNode&outcome=refused')).toMatchObject([
      { why: 'by query' },
      { why: 'zu früh\n', status: 404, code: 'API_NOT_FOUND', subject: '/api/v1/nodes/nobody' },
    ]);
    // Whoever asks by message is on record, too.
    const body = { transaction, verb: 'cancel' as const, who: 'ada', reason: 'by night', project: 'default' };
    await planner.executor.bus.request(CONTROLS_QUEUE, makeEnvelope(controlTransaction, body, randomUUID()), 10_000);
    await waitUntil('it is on record', async () => (await list('from=broker')).length > 0);
    expect(await list('from=broker')).toMatchObject([
      { who: 'ada (by message)', what: 'controlTransaction', why: 'by night' },
    ]);
  });

  it('tells who was not let, and shows a project only its own', async () => {
    const viewer = await planner.tokenWith({ default: 'viewer' }, 'viewer');
    const blue = await planner.tokenWith({ blue: 'admin' }, 'blue');
    expect((await as(viewer, 'delete', '/api/v1/clusters/c1')).status).toBe(403);
    expect((await as(viewer, 'get', '/api/v1/audit')).status).toBe(403);
    expect((await as(blue, 'delete', '/api/v1/clusters/c1')).status).toBe(404);
    expect((await request(planner.url).get('/api/v1/nodes')).status).toBe(401);
    expect(await list('who=viewer')).toMatchObject([
      { what: 'listAudit', outcome: 'refused', status: 403 },
      { what: 'deleteCluster', outcome: 'refused', code: 'API_FORBIDDEN', project: 'default' },
    ]);
    const everywhere = await list('', '/api/v1/installation/audit');
    expect(everywhere.filter(({ who }) => who === 'blue')).toMatchObject([
      { project: null, what: 'deleteCluster', status: 404 },
    ]);
    expect(everywhere.filter(({ who }) => who === null)).toMatchObject([
      { what: 'GET', status: 401, subject: '/api/v1/nodes' },
    ]);
    const own = (await as(blue, 'get', '/api/v1/audit').set('muster-project', 'blue')).body.items as AuditEntryDto[];
    expect(own).toEqual([]);
    expect((await list()).every(({ project }) => project === 'default')).toBe(true);
    expect((await as(blue, 'get', '/api/v1/installation/audit')).status).toBe(403);
  });

  it('is read by filter and page', async () => {
    const all = await list();
    const first = (await planner.get('/api/v1/audit?limit=2')).body;
    const second = (await planner.get(`/api/v1/audit?limit=2&cursor=${first.next}`)).body;
    expect([...first.items, ...second.items].map(({ id }: AuditEntryDto) => id)).toEqual(
      all.slice(0, 4).map(({ id }) => id),
    );
    const [newest] = all;
    const { items } = (await planner.get(`/api/v1/audit?until=${newest?.at}`)).body as { items: AuditEntryDto[] };
    expect(items.map(({ id }) => id)).not.toContain(newest?.id);
    expect((await planner.get('/api/v1/audit?since=yesterday')).status).toBe(400);
  });

  it('is neither changed nor removed, but for what is older than a year', async () => {
    const change = (sql: string) => planner.database.query(sql);
    await expect(change("UPDATE planner.audit SET who = 'nobody'")).rejects.toThrow(/neither changed nor removed/);
    await expect(change('DELETE FROM planner.audit')).rejects.toThrow(/neither changed nor removed/);
    await change(`INSERT INTO planner.audit (id, at, what, subject, from_address, outcome, status)
      VALUES ('${randomUUID()}', now() - interval '366 days', 'old', '', '', 'done', 200)`);
    await change("DELETE FROM planner.audit WHERE what = 'old'");
  });

  it('is there before the answer: what is answered is on record', async () => {
    for (let index = 0; index < 5; index++) {
      const name = `pool-${index}`;
      await planner.put(`/api/v1/pools/${name}`, { slots: 1 });
      expect((await list('what=setPool')).map(({ subject }) => subject)).toContain(`/api/v1/pools/${name}`);
    }
  });

  it('does not grow with a flood of refusals', async () => {
    const before = (await list('', '/api/v1/installation/audit')).length;
    for (let index = 0; index < 200; index++)
      expect((await request(planner.url).get(`/flood/${index}`).set('authorization', 'Bearer x')).status).toBe(401);
    expect((await list('', '/api/v1/installation/audit')).length).toBeLessThanOrEqual(before + 20);
  });
});

describe('the address of whoever asks', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start(0);
  });
  afterAll(() => planner.close());

  const fromOf = async (url: string, forwarded: string): Promise<string> => {
    const name = `p${randomUUID()}`;
    await request(url)
      .put(`/api/v1/pools/${name}`)
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .set('x-forwarded-for', forwarded)
      .send({ slots: 1 });
    const [entry] = await planner.database.query<{ from_address: string }[]>(
      'SELECT from_address FROM planner.audit WHERE subject = $1',
      [`/api/v1/pools/${name}`],
    );
    return entry?.from_address ?? '';
  };

  it('is what a proxy says that is named, and else what it says of itself', async () => {
    const { url: open } = await planner.add();
    expect(await fromOf(open, '198.51.100.7')).toBe('127.0.0.1');
    const { url: behind } = await planner.add(undefined, { trustedProxies: ['127.0.0.1', '10.0.0.0/8'] });
    expect(await fromOf(behind, '198.51.100.7')).toBe('198.51.100.7');
    // What stands before the last proxy that is named may be anybody's word.
    expect(await fromOf(behind, '203.0.113.1, 198.51.100.7, 10.1.2.3')).toBe('198.51.100.7');
    const { url: elsewhere } = await planner.add(undefined, { trustedProxies: ['192.0.2.1'] });
    expect(await fromOf(elsewhere, '198.51.100.7')).toBe('127.0.0.1');
  });

  it('is what wrong tokens are counted by: nobody escapes by naming another, and only they wait', async () => {
    const { url: open } = await planner.add(undefined, { failuresPerMinute: 3 });
    const { url: behind } = await planner.add(undefined, { failuresPerMinute: 3, trustedProxies: ['127.0.0.1'] });
    const tries = async (url: string, addresses: readonly string[]) => {
      const statuses: number[] = [];
      for (const address of addresses)
        statuses.push(
          (await request(url).get('/api/v1/nodes').set('authorization', 'Bearer x').set('x-forwarded-for', address))
            .status,
        );
      return statuses;
    };
    const different = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'];
    expect(await tries(open, different)).toEqual([401, 401, 401, 429]);
    expect(await tries(behind, different)).toEqual([401, 401, 401, 401]);
    expect(await tries(behind, Array(4).fill('198.51.100.9'))).toEqual([401, 401, 401, 429]);
  });
});

describe('an address that tries tokens', () => {
  it('waits after too many, and others at it with a good token do not', async () => {
    const planner = await TestPlanner.start(0);
    try {
      const { url } = await planner.add(undefined, { failuresPerMinute: 5 });
      const ask = (token: string) => request(url).get('/api/v1/nodes').set('authorization', `Bearer ${token}`);
      const good = await planner.tokenWith({ default: 'viewer' });
      const late = await planner.tokenWith({ default: 'viewer' });
      expect((await ask(good)).status).toBe(200);
      for (let index = 0; index < 5; index++) expect((await ask(`wrong-${index}`)).status).toBe(401);
      const slowed = await ask('wrong');
      expect([slowed.status, slowed.body.problems[0].code]).toEqual([429, 'API_TOO_MANY_FAILURES']);
      expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(0);
      expect((await ask(good)).status).toBe(200);
      expect((await ask(late)).status).toBe(429);
      expect((await request(url).get('/health/live')).status).toBe(200);
    } finally {
      await planner.close();
    }
  });
});
