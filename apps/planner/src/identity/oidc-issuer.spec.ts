import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { OidcIssuer } from './oidc';

/** An issuer that signs whatever it is told to, as real ones do not. */
describe('tokens by the right key', () => {
  let server: Server;
  let issuer: string;
  let told: string | null = null;
  let sign: (claims: JWTPayload) => Promise<string>;
  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' };
    sign = (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(privateKey);
    server = createServer(({ url = '' }, response) => {
      const configuration = { issuer: told ?? issuer, jwks_uri: `${issuer}/keys` };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(url === '/keys' ? { keys: [jwk] } : configuration));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const open = () =>
    new OidcIssuer({
      ...{ issuer, audience: 'muster', nameClaim: 'sub', groupsClaim: 'groups' },
      grants: [{ group: 'ops', project: 'default', role: 'operator' }],
    });
  const now = () => Math.floor(Date.now() / 1000);
  const good = () => ({ iss: issuer, aud: 'muster', sub: 'ada', groups: ['ops'], exp: now() + 60 });

  it('are taken for whoever they name', async () => {
    expect(await open().find(await sign(good()))).toEqual({
      ...{ kind: 'person', name: 'oidc:ada', grants: { default: 'operator' } },
    });
  });

  it.each<[string, JWTPayload]>([
    ['of another issuer', { iss: 'https://id.example' }],
    ['of nobody', { iss: undefined }],
    ['for another audience', { aud: 'others' }],
    ['for nobody', { aud: undefined }],
    ['without an end', { exp: undefined }],
    ['that are not valid yet', { nbf: 4_000_000_000 }],
    ['without a name', { sub: undefined }],
    ['with an empty name', { sub: '' }],
    ['with a name of enormous length', { sub: 'x'.repeat(201) }],
  ])('are refused %s', async (_, wrong) => {
    expect(await open().find(await sign({ ...good(), ...wrong }))).toEqual({ kind: 'nobody', why: 'unknown' });
  });

  it('are not looked at where the configuration is that of another issuer', async () => {
    told = 'https://id.example';
    try {
      await expect(open().find(await sign(good()))).rejects.toMatchObject({ problems: [{ code: 'API_UNAVAILABLE' }] });
    } finally {
      told = null;
    }
  });
});
