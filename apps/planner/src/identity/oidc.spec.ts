import { TestOidcProvider, waitUntil } from '@muster/testkit';
import request from 'supertest';

import { expectStatus, TestPlanner } from '../testing/test-planner.testing';
import { isJwt, type OidcConfig } from './oidc';

describe('tokens of an issuer of OpenID Connect', () => {
  let planner: TestPlanner;
  let provider: TestOidcProvider;
  let oidc: OidcConfig;
  let url: string;
  beforeAll(async () => {
    provider = await TestOidcProvider.start();
    planner = await TestPlanner.start(0);
    oidc = {
      issuer: provider.issuer,
      audience: 'muster',
      nameClaim: 'sub',
      groupsClaim: 'groups',
      grants: [
        { group: 'ops', project: 'default', role: 'viewer' },
        { group: 'others', project: 'default', role: 'operator' },
        { group: 'nobody', project: '*', role: 'admin' },
      ],
    };
    ({ url } = await planner.add(undefined, { oidc }));
  });
  afterAll(async () => {
    await planner.close();
    await provider.close();
  });

  const ask = (token: string, path = '/api/v1/identity', at = url) =>
    request(at).get(path).set('authorization', `Bearer ${token}`);

  it('are checked by its keys, and their groups become roles', async () => {
    const robot = await provider.tokenOf('robot');
    expect(isJwt(robot)).toBe(true);
    expect((await ask(robot)).body).toEqual({ name: 'oidc:robot', roles: { default: 'operator' } });
    expect((await ask(robot, '/api/v1/nodes')).status).toBe(200);
    expect((await ask(robot, '/api/v1/tokens')).status).toBe(403);
    const stranger = await provider.tokenOf('stranger');
    expect((await ask(stranger)).body).toEqual({ name: 'oidc:stranger', roles: {} });
    expect((await ask(stranger, '/api/v1/nodes')).status).toBe(404);
    const made = await request(url).delete('/api/v1/nodes/none').set('authorization', `Bearer ${robot}`);
    expect(made.status).toBe(404);
    const [entry] = await planner.database.query("SELECT who FROM planner.audit WHERE what = 'removeNode'");
    expect(entry.who).toBe('oidc:robot');
  });

  it('are refused when they are meant for others, unsigned, changed or by another key', async () => {
    const [head = '', body = '', signature = ''] = (await provider.tokenOf('robot')).split('.');
    const text = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const tokens = [
      await provider.tokenOf('robot', 'urn:other'),
      `${text({ alg: 'none', typ: 'JWT' })}.${body}.x`,
      `${text({ alg: 'HS256', typ: 'JWT' })}.${body}.${signature}`,
      `${head}.${text({ ...claims, sub: 'admin', groups: ['nobody'] })}.${signature}`,
      `${text({ ...(JSON.parse(Buffer.from(head, 'base64url').toString()) as object), kid: 'x' })}.${body}.${signature}`,
      'a.b.c',
    ];
    for (const token of tokens)
      expect([token.slice(0, 40), (await ask(token)).status]).toEqual([token.slice(0, 40), 401]);
  });

  it('are refused when their time is over', async () => {
    const short = await provider.tokenOf('robot', 'urn:short');
    expect((await ask(short)).status).toBe(200);
    await waitUntil('it is refused', async () => (await ask(short)).status === 401);
    const [told] = (await ask(short)).body.problems as { summary: string; remedy: string }[];
    expect(told?.summary).toBe("The token's time is over.");
    expect(told?.remedy).toContain('muster login');
    // Of one that is not the issuer's nothing is told, not even that its time is over.
    const [head = '', body = '', signature = ''] = short.split('.');
    const forged = `${head}.${body}.${signature.slice(0, -4)}AAAA`;
    expect((await ask(forged)).body.problems[0].summary).toBe('The token is not valid.');
  });

  it('are nothing to a planner that was told of no issuer', async () => {
    const plain = await planner.add();
    expect((await ask(await provider.tokenOf('robot'), undefined, plain.url)).status).toBe(401);
  });

  it('cannot be checked while the issuer does not answer, which is no refusal', async () => {
    const token = await provider.tokenOf('robot');
    const lost = await planner.add(undefined, { oidc: { ...oidc, issuer: 'http://127.0.0.1:9' } });
    const answer = await ask(token, undefined, lost.url);
    expect([answer.status, answer.body.problems?.[0]?.code]).toEqual([503, 'API_UNAVAILABLE']);
    const own = await request(lost.url)
      .get('/api/v1/identity')
      .set('authorization', `Bearer ${await planner.tokenWith({})}`);
    expectStatus(own, 200);
  });
});
