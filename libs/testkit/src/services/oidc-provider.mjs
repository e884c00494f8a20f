// A real provider of OpenID Connect for tests: prints its issuer, ends with its standard input.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const machine = (client_id) => ({
    client_id,
    client_secret: `secret of ${client_id}`,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  });
  const program = (client_id) => ({
    client_id,
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    redirect_uris: [],
    response_types: [],
  });
  const provider = new Provider(issuer, {
    clients: [machine('robot'), machine('stranger'), program('muster-cli'), program('short'), program('shorter')],
    claims: { openid: ['sub', 'groups'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['for tests alone'] },
    extraTokenClaims: (ctx) => (ctx.oidc.client.clientId === 'robot' ? { groups: ['ops', 'others'] } : {}),
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, groups: ['ops'] }) }),
    ttl: {
      IdToken: (_ctx, _token, client) => (client.clientId.startsWith('short') ? 1 : 3600),
      RefreshToken: (_ctx, _token, client) => (client.clientId === 'shorter' ? 1 : 86_400),
    },
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: 'api',
          audience: resource.includes('other') ? 'other' : 'muster',
          accessTokenFormat: 'jwt',
          accessTokenTTL: resource.includes('short') ? 1 : 600,
        }),
      },
    },
  });
  server.on('request', provider.callback());
  process.stdout.write(`${issuer}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
