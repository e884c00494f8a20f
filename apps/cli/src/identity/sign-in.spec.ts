import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestOidcProvider, waitUntil } from '@muster/testkit';
import { parse } from 'yaml';
import { FakePlanner } from '../fake-planner.testing';
import { memoryIo, muster } from '../memory-io.testing';
import { runCli } from '../run-cli';
import { temporaryFolder } from '../temporary-folder.testing';
import { renew, revoke } from './renew-sign-in';
import { endOf } from './renewed-token';
import { signIn } from './sign-in';

describe('signing in', () => {
  let provider: TestOidcProvider;
  beforeAll(async () => {
    provider = await TestOidcProvider.start();
  });
  afterAll(() => provider.close());

  it('by a real provider gives a token that is meant for us', async () => {
    let confirmed: Promise<string> | undefined;
    const { token, expiresAt } = await signIn({
      issuer: provider.issuer,
      clientId: 'muster-cli',
      scope: 'openid',
      tell: (address) => void (confirmed = provider.confirm(address, 'ada')),
    });
    await confirmed;
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(claims).toMatchObject({ sub: 'ada', aud: 'muster-cli', iss: provider.issuer, groups: ['ops'] });
    expect(Date.parse(expiresAt ?? '')).toBeGreaterThan(Date.now());
  });

  it('keeps the token where its owner alone can read it, and forgets it again', async () => {
    const home = temporaryFolder({ '.config/muster/config.yaml': 'server: http://192.0.2.1\nproject: blue\n' });
    const io = memoryIo({ home, env: { MUSTER_OIDC_ISSUER: provider.issuer, MUSTER_OIDC_CLIENT_ID: 'muster-cli' } });
    const write = io.stderr.write.bind(io.stderr);
    let confirmed: Promise<string> | undefined;
    io.stderr.write = (text: string) => {
      const address = /Open (\S+)/.exec(text)?.[1];
      if (address !== undefined) confirmed = provider.confirm(address, 'ada');
      return write(text);
    };
    expect(await runCli(['login'], io)).toBe(0);
    await confirmed;
    const file = join(home, '.config/muster/config.yaml');
    expect(readFileSync(file, 'utf8')).toMatch(/server: http:\/\/192\.0\.2\.1\nproject: blue\ntoken: \S+\.\S+\.\S+\n/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { refreshToken } = parse(readFileSync(file, 'utf8')) as { refreshToken: string };
    expect(await runCli(['logout'], io)).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('server: http://192.0.2.1\nproject: blue\n');
    // The issuer was told, too.
    const config = { issuer: provider.issuer, clientId: 'muster-cli', refreshToken };
    await expect(renew(config)).rejects.toThrow(/muster login/);
  });

  describe('renewed', () => {
    let planner: FakePlanner;
    const tokens: string[] = [];
    beforeAll(async () => {
      planner = await FakePlanner.start();
      planner.route('GET /identity', (response, request) => {
        tokens.push(request.headers.authorization ?? '');
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"oidc:ada","roles":{}}');
      });
    });
    beforeEach(() => tokens.splice(0));
    afterAll(() => planner.close());

    /** The folder of somebody who has signed in; what this client is given ends within a second. */
    async function signedIn(clientId: string): Promise<{ home: string; config: () => Record<string, string> }> {
      const home = temporaryFolder({});
      const io = memoryIo({ home, env: { MUSTER_SERVER: planner.url } });
      const write = io.stderr.write.bind(io.stderr);
      io.stderr.write = (text: string) => {
        const address = /Open (\S+)/.exec(text)?.[1];
        if (address !== undefined) void provider.confirm(address, 'ada');
        return write(text);
      };
      expect(await runCli(['login', '--issuer', provider.issuer, '--client-id', clientId], io)).toBe(0);
      const file = join(home, '.config/muster/config.yaml');
      return { home, config: () => parse(readFileSync(file, 'utf8')) as Record<string, string> };
    }

    it('is a token before it ends, by a refresh token that is taken once', async () => {
      const { home, config } = await signedIn('short');
      const first = config();
      expect((await muster('whoami', { home })).code).toBe(0);
      const second = config();
      expect(tokens).toEqual([`Bearer ${second['token']}`]);
      expect(second['refreshToken']).not.toBe(first['refreshToken']);
      // At the same time: each renewal makes the refresh token before it worthless, and one tried twice ends the sign-in.
      const codes = await Promise.all([1, 2, 3].map(async () => (await muster('whoami', { home })).code));
      expect(codes).toEqual([0, 0, 0]);
      expect((await muster('whoami', { home })).code).toBe(0);
    });

    it('is nothing that lasts long enough', async () => {
      const { home, config } = await signedIn('muster-cli');
      const before = config();
      expect((await muster('whoami', { home })).code).toBe(0);
      expect(config()).toEqual(before);
      expect(tokens).toEqual([`Bearer ${before['token']}`]);
    });

    it('is no sign-in that was revoked or whose time is over, and what to do is said', async () => {
      const revoked = await signedIn('short');
      const { refreshToken = '' } = revoked.config();
      expect(await revoke({ issuer: provider.issuer, clientId: 'short', refreshToken })).toBeNull();
      const over = await signedIn('shorter');
      await waitUntil('its time is over', async () => (await muster('whoami', { home: over.home })).code !== 0);
      tokens.splice(0);
      for (const { home } of [revoked, over]) {
        const { code, err } = await muster('whoami', { home });
        expect(code).toBe(1);
        expect(err).toMatch(/LOCAL_SIGN_IN[^]*sign-in has ended[^]*muster login/);
      }
      expect(tokens).toEqual([]);
    });

    it('is nothing while the issuer does not answer, which ends no sign-in', async () => {
      const { home, config } = await signedIn('short');
      const file = join(home, '.config/muster/config.yaml');
      const kept = readFileSync(file, 'utf8');
      await waitUntil('its time is over', async () => endOf(config()['token'] ?? '') < Date.now());
      writeFileSync(file, kept.replaceAll(provider.issuer, 'http://127.0.0.1:9'));
      const { code, err } = await muster('whoami', { home });
      expect([code, err]).toEqual([7, expect.stringContaining('could not be renewed')]);
      writeFileSync(file, kept);
      expect((await muster('whoami', { home })).code).toBe(0);
    });
  });

  it.each([
    ['no issuer', ['login']],
    ['an issuer that is no address', ['login', '--issuer', 'id', '--client-id', 'x']],
    ['no client', ['login', '--issuer', 'http://127.0.0.1:9']],
    ['an issuer that does not answer', ['login', '--issuer', 'http://127.0.0.1:9', '--client-id', 'x']],
    ['clear text to another machine', ['login', '--issuer', 'http://192.0.2.1', '--client-id', 'x']],
  ])('is refused with %s', async (_, line) => {
    expect(await runCli(line, memoryIo({ home: temporaryFolder({}) }))).toBe(1);
  });
});
