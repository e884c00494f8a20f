import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TestOidcProvider } from '@muster/testkit';
import { memoryIo } from '../memory-io.testing';
import { runCli } from '../run-cli';
import { temporaryFolder } from '../temporary-folder.testing';
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
    expect(await runCli(['logout'], io)).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('server: http://192.0.2.1\nproject: blue\n');
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
