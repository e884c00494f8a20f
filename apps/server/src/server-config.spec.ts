import { ProblemsError } from '@muster/problems';
import { readConfig, type ServiceKind } from './server-config';

const production = {
  MUSTER_DATABASE_URL: 'postgresql://u:p@db/muster',
  MUSTER_AMQP_URL: 'amqp://u:p@mq/',
  MUSTER_SECRET_KEY: 'k'.repeat(32),
};

function faults(kind: ServiceKind, env: Record<string, string>): Record<string, string> {
  try {
    readConfig(kind, env, '/here');
  } catch (error) {
    if (error instanceof ProblemsError) return Object.fromEntries(error.problems.map((it) => [it.subject, it.summary]));
    throw error;
  }
  return {};
}

const NO_FILES = { ca: null, cert: null, key: null };

describe('configuration', () => {
  it('of an issuer names groups and roles, and whom its tokens are meant for', () => {
    const given = { MUSTER_OIDC_ISSUER: 'https://id.example', MUSTER_OIDC_AUDIENCE: 'muster' };
    expect(readConfig('server', { ...given, MUSTER_OIDC_ROLES: 'ops:default=operator' }, '/').oidc).toEqual({
      issuer: 'https://id.example',
      audience: 'muster',
      nameClaim: 'sub',
      groupsClaim: 'groups',
      grants: [{ group: 'ops', project: 'default', role: 'operator' }],
    });
    expect(() => readConfig('server', { ...given, MUSTER_OIDC_ROLES: 'ops' }, '/')).toThrow(/GROUP:PROJECT=ROLE/);
    expect(() => readConfig('server', { MUSTER_OIDC_ISSUER: 'https://id.example' }, '/')).toThrow(/meant for/);
  });

  it('of TLS names both halves of a certificate, and an address that uses it', () => {
    const given = { MUSTER_HTTP_CERT: 'a.pem', MUSTER_DATABASE_KEY: 'b.pem', MUSTER_AMQP_CA: 'c.pem' };
    const subjects = (env: Record<string, string>) => {
      try {
        readConfig('server', env, '/here');
        return [];
      } catch (error) {
        return (error as ProblemsError).problems.map(({ subject }) => subject);
      }
    };
    expect(subjects(given).sort()).toEqual(['MUSTER_AMQP_URL', 'MUSTER_DATABASE_CERT', 'MUSTER_HTTP_KEY']);
    const others = { MUSTER_HTTP_KEY: 'k.pem', MUSTER_DATABASE_CERT: '/d.pem', MUSTER_AMQP_URL: 'amqps://mq' };
    expect(subjects({ ...given, ...others })).toEqual(['MUSTER_DATABASE_URL']);
    const whole = { ...given, ...others, MUSTER_DATABASE_URL: 'postgres://db/muster' };
    // The driver would let these win, and verify nothing.
    for (const query of ['sslmode=no-verify', 'sslmode=disable', 'ssl=0', 'uselibpqcompat=true&sslmode=prefer'])
      expect(subjects({ ...whole, MUSTER_DATABASE_URL: `postgres://db/muster?${query}` })).toEqual([
        'MUSTER_DATABASE_URL',
      ]);
    expect(
      subjects({
        ...whole,
        MUSTER_AMQP_CA: '',
        MUSTER_AMQP_CERT: 'c',
        MUSTER_AMQP_KEY: 'k',
        MUSTER_AMQP_URL: 'amqp://mq',
      }),
    ).toEqual(['MUSTER_AMQP_URL']);
    expect(readConfig('server', whole, '/here').tls).toEqual({
      http: { ca: null, cert: '/here/a.pem', key: '/here/k.pem' },
      database: { ca: null, cert: '/d.pem', key: '/here/b.pem' },
      amqp: { ca: '/here/c.pem', cert: null, key: null },
    });
  });

  it('has a default for everything that the embedded server needs', () => {
    expect(readConfig('server', {}, '/here')).toEqual({
      kind: 'server',
      databaseUrl: null,
      amqpUrl: null,
      dataDir: '/here/.muster',
      httpHost: '127.0.0.1',
      httpPort: 7070,
      adminToken: null,
      secretKey: null,
      plannerUrl: 'http://127.0.0.1:7070',
      auth: 'on',
      leaseMs: 10_000,
      logLevel: 'info',
      tls: { http: NO_FILES, database: NO_FILES, amqp: NO_FILES },
      amqpTopology: 'make',
      trustedProxies: [],
      failuresPerMinute: 60,
      executorPort: null,
      metricsToken: null,
      oidc: null,
      webhookAllow: [],
      webhookGiveUpHours: 72,
      nodeCheckSeconds: 300,
      keepTransactionDays: 0,
      keepOutputDays: 0,
      keepOutputMebibytes: 0,
      keepTransactions: 0,
      keepEventDays: 0,
    });
  });

  it('is read into typed values; secrets do not print', () => {
    const config = readConfig('planner', { ...production, MUSTER_HTTP_PORT: '0', MUSTER_LEASE_MS: '2000' }, '/here');
    expect(config).toMatchObject({ httpPort: 0, leaseMs: 2000 });
    expect(config.databaseUrl?.reveal()).toBe(production.MUSTER_DATABASE_URL);
    expect(JSON.stringify(config)).not.toMatch(/u:p@|kkkk/);
  });

  it('treats an empty variable as absent, as compose files give them', () => {
    expect(readConfig('server', { MUSTER_DATABASE_URL: '', MUSTER_HTTP_PORT: '' }, '/here')).toMatchObject({
      databaseUrl: null,
      httpPort: 7070,
    });
  });

  it('tells all mistakes at once, and repeats no value', () => {
    const env = {
      MUSTER_DATABASE_URL: 'mysql://secret',
      MUSTER_AMQP_URL: 'nonsense',
      MUSTER_HTTP_PORT: '70000',
      MUSTER_ADMIN_TOKEN: 'short',
      MUSTER_METRICS_TOKEN: 'short',
      MUSTER_EXECUTOR_HTTP_PORT: '-1',
      MUSTER_SECRET_KEY: 'short',
      MUSTER_AUTH: 'maybe',
      MUSTER_LEASE_MS: '1e3',
      MUSTER_LOG_LEVEL: 'loud',
      MUSTER_PLANNER_URL: 'ftp://x',
    };
    const found = faults('server', env);
    expect(Object.keys(found).sort()).toEqual(Object.keys(env).sort());
    expect(JSON.stringify(found)).not.toMatch(/secret"|short|nonsense/);
  });

  it.each(['planner', 'executor'] as const)('of a %s names both addresses and the key', (kind) => {
    expect(Object.keys(faults(kind, {})).sort()).toEqual(Object.keys(production).sort());
    expect(faults(kind, production)).toEqual({});
  });

  it.each(['0.0.0.0', '192.0.2.1', 'example.org', '::'])('refuses to serve without identity on %s', (host) => {
    expect(faults('server', { MUSTER_AUTH: 'off', MUSTER_HTTP_HOST: host })).toHaveProperty('MUSTER_AUTH');
  });

  it.each(['127.0.0.1', '127.8.9.10', 'localhost', '::1', '[::1]'])('allows it on %s', (host) => {
    expect(faults('server', { MUSTER_AUTH: 'off', MUSTER_HTTP_HOST: host })).toEqual({});
  });
});
