import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { SecretValue } from '@muster/model';
import type { OidcConfig } from '@muster/planner';
import { problem, ProblemsError } from '@muster/problems';
import { LOG_LEVELS, type LogLevel } from '@muster/telemetry';
import { z } from 'zod';
import { parseOidcGrants } from './oidc-grants';

export const SERVICE_KINDS = ['server', 'planner', 'executor'] as const;
export type ServiceKind = (typeof SERVICE_KINDS)[number];

/** Everything that a service is told by its environment, read once. */
export interface ServerConfig {
  readonly kind: ServiceKind;
  /** Null: embedded. Holds a password, so it is a secret. */
  readonly databaseUrl: SecretValue | null;
  /** Null: in-process. */
  readonly amqpUrl: SecretValue | null;
  /** Absolute. */
  readonly dataDir: string;
  readonly httpHost: string;
  /** 0: any free one. */
  readonly httpPort: number;
  /** Null: kept in the data folder, made at first start. */
  readonly adminToken: SecretValue | null;
  /** As `adminToken`. */
  readonly secretKey: SecretValue | null;
  /** Where executors fetch artifacts. */
  readonly plannerUrl: string;
  readonly auth: 'on' | 'off';
  readonly leaseMs: number;
  readonly logLevel: LogLevel;
  /** Networks that webhooks reach though they are private; checked by the planner. */
  readonly webhookAllow: readonly string[];
  readonly webhookGiveUpHours: number;
  /** 0: never. */
  readonly nodeCheckSeconds: number;
  /** 0: for ever. */
  readonly keepTransactionDays: number;
  readonly keepTransactions: number;
  readonly keepEventDays: number;
  readonly keepOutputDays: number;
  readonly keepOutputMebibytes: number;
  /** Paths of PEM files; null: not given. */
  readonly tls: { readonly http: TlsFiles; readonly database: TlsFiles; readonly amqp: TlsFiles };
  /** `check`: the broker's user may make nothing; what `muster broker-rights` prints was imported. */
  readonly amqpTopology: 'make' | 'check';
  /** Whose `X-Forwarded-For` is believed: addresses and networks. */
  readonly trustedProxies: readonly string[];
  readonly failuresPerMinute: number;
  /** Where an executor tells its health and figures, on `httpHost`; null: nowhere. */
  readonly executorPort: number | null;
  /** Opens an executor's figures; null: nobody reads them. */
  readonly metricsToken: SecretValue | null;
  /** Null: no issuer is believed. */
  readonly oidc: OidcConfig | null;
}

/** Absolute. */
export interface TlsFiles {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

const addressOf = (protocols: readonly string[]) => {
  const expected = `an address starting with ${protocols.map((it) => `${it}//`).join(' or ')} is expected`;
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), expected);
};
const whole = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most} is expected`;
  return z
    .string()
    .regex(/^[0-9]{1,10}$/, expected)
    .transform(Number)
    .refine((it) => it >= least && it <= most, expected);
};
const token = z.string().regex(/^[\x21-\x7e]{16,512}$/, '16 to 512 printable characters without spaces are expected');
const oneOf = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, { error: `one of ${words.join(', ')} is expected` });

const variables = z.object({
  MUSTER_DATABASE_URL: addressOf(['postgres:', 'postgresql:']).optional(),
  MUSTER_AMQP_URL: addressOf(['amqp:', 'amqps:']).optional(),
  MUSTER_DATA_DIR: z.string().default('./.muster'),
  MUSTER_HTTP_PORT: whole(0, 65_535).default(7070),
  MUSTER_HTTP_HOST: z
    .string()
    .regex(/^[^\s/]+$/, 'a host name or address is expected')
    .default('127.0.0.1'),
  MUSTER_ADMIN_TOKEN: token.optional(),
  MUSTER_EXECUTOR_HTTP_PORT: whole(0, 65_535).optional(),
  MUSTER_METRICS_TOKEN: token.optional(),
  MUSTER_SECRET_KEY: z
    .string()
    .min(32, 'at least 32 characters are expected, such as the output of `openssl rand -hex 32`')
    .max(1024)
    .optional(),
  MUSTER_PLANNER_URL: addressOf(['http:', 'https:']).default('http://127.0.0.1:7070'),
  MUSTER_AUTH: oneOf(['on', 'off']).default('on'),
  MUSTER_LEASE_MS: whole(1_000, 3_600_000).default(10_000),
  MUSTER_LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
  MUSTER_HTTP_CERT: z.string().optional(),
  MUSTER_HTTP_KEY: z.string().optional(),
  MUSTER_HTTP_TRUSTED_PROXIES: z
    .string()
    .regex(/^[0-9A-Fa-f:./,\s]+$/, 'addresses or networks, separated by commas, are expected')
    .default(''),
  MUSTER_OIDC_ISSUER: addressOf(['http:', 'https:']).optional(),
  MUSTER_OIDC_AUDIENCE: z.string().max(500).optional(),
  MUSTER_OIDC_NAME_CLAIM: z.string().max(100).default('sub'),
  MUSTER_OIDC_GROUPS_CLAIM: z.string().max(100).default('groups'),
  MUSTER_OIDC_ROLES: z
    .string()
    .max(100_000)
    .refine((text) => parseOidcGrants(text) !== null, 'GROUP:PROJECT=ROLE, separated by commas, is expected')
    .default(''),
  MUSTER_DATABASE_CA: z.string().optional(),
  MUSTER_DATABASE_CERT: z.string().optional(),
  MUSTER_DATABASE_KEY: z.string().optional(),
  MUSTER_AMQP_CA: z.string().optional(),
  MUSTER_AMQP_CERT: z.string().optional(),
  MUSTER_AMQP_KEY: z.string().optional(),
  MUSTER_AMQP_TOPOLOGY: oneOf(['make', 'check']).default('make'),
  MUSTER_AUTH_FAILURES_PER_MINUTE: whole(1, 1_000_000).default(60),
  MUSTER_WEBHOOK_ALLOW: z.string().max(10_000).default(''),
  MUSTER_KEEP_TRANSACTION_DAYS: whole(0, 36_500).default(0),
  MUSTER_KEEP_TRANSACTIONS: whole(0, 1_000_000).default(0),
  MUSTER_KEEP_EVENT_DAYS: whole(0, 36_500).default(0),
  MUSTER_KEEP_OUTPUT_DAYS: whole(0, 36_500).default(0),
  MUSTER_KEEP_OUTPUT_MEBIBYTES: whole(0, 1_000_000_000).default(0),
  MUSTER_WEBHOOK_GIVE_UP_HOURS: whole(1, 8_760).default(72),
  MUSTER_NODE_CHECK_SECONDS: whole(0, 86_400).default(300),
});

/**
 * Reads the configuration of a service. A variable that is set to nothing counts as absent.
 * Fails with `ProblemsError` (`CONFIG_INVALID`), naming everything that is wrong; values are not repeated, since some are secret.
 */
export function readConfig(
  kind: ServiceKind,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): ServerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name.startsWith('MUSTER_') && value));
  const read = variables.safeParse(given);
  const wrong = new Map<string, string>();
  if (!read.success) for (const issue of read.error.issues) wrong.set(String(issue.path[0]), issue.message);
  if (kind !== 'server') {
    for (const name of ['MUSTER_DATABASE_URL', 'MUSTER_AMQP_URL', 'MUSTER_SECRET_KEY']) {
      if (!given[name]) wrong.set(name, `\`muster ${kind}\` needs it`);
    }
  }
  const host = given['MUSTER_HTTP_HOST'] ?? '127.0.0.1';
  if (given['MUSTER_AUTH'] === 'off' && !isLoopback(host)) {
    wrong.set('MUSTER_AUTH', `off works on loopback only, and MUSTER_HTTP_HOST is ${host}`);
  }
  for (const part of ['HTTP', 'DATABASE', 'AMQP']) {
    const [cert, key] = [`MUSTER_${part}_CERT`, `MUSTER_${part}_KEY`];
    if (given[cert] && !given[key]) wrong.set(key, `${cert} is given, so its private key is needed`);
    if (given[key] && !given[cert]) wrong.set(cert, `${key} is given, so its certificate is needed`);
  }
  if (given['MUSTER_OIDC_ISSUER'] && !given['MUSTER_OIDC_AUDIENCE'])
    wrong.set('MUSTER_OIDC_AUDIENCE', 'MUSTER_OIDC_ISSUER is given, so whom its tokens are meant for is needed');
  for (const name of ['MUSTER_AMQP_CA', 'MUSTER_AMQP_CERT'])
    if (given[name] && !given['MUSTER_AMQP_URL']?.startsWith('amqps:'))
      wrong.set('MUSTER_AMQP_URL', `${name} is given, so an address starting with amqps:// is expected`);
  for (const name of ['MUSTER_DATABASE_CA', 'MUSTER_DATABASE_CERT']) {
    if (!given[name]) continue;
    if (!given['MUSTER_DATABASE_URL'])
      wrong.set('MUSTER_DATABASE_URL', `${name} is given, so the address of a PostgreSQL is expected`);
    // The driver lets the address win, down to no TLS at all.
    else if (saysTls(given['MUSTER_DATABASE_URL']))
      wrong.set(
        'MUSTER_DATABASE_URL',
        `${name} is given, so the address must say nothing of TLS (ssl, sslmode, ...) itself`,
      );
  }
  if (!read.success || wrong.size > 0) {
    throw new ProblemsError([...wrong].map(([subject, summary]) => problem('CONFIG_INVALID', { subject, summary })));
  }
  const it = read.data;
  return {
    kind,
    databaseUrl: secret(it.MUSTER_DATABASE_URL),
    amqpUrl: secret(it.MUSTER_AMQP_URL),
    dataDir: resolve(cwd, it.MUSTER_DATA_DIR),
    httpHost: it.MUSTER_HTTP_HOST,
    httpPort: it.MUSTER_HTTP_PORT,
    adminToken: secret(it.MUSTER_ADMIN_TOKEN),
    secretKey: secret(it.MUSTER_SECRET_KEY),
    plannerUrl: it.MUSTER_PLANNER_URL.replace(/\/+$/, ''),
    auth: it.MUSTER_AUTH,
    leaseMs: it.MUSTER_LEASE_MS,
    logLevel: it.MUSTER_LOG_LEVEL,
    tls: {
      http: tlsFiles(cwd, undefined, it.MUSTER_HTTP_CERT, it.MUSTER_HTTP_KEY),
      database: tlsFiles(cwd, it.MUSTER_DATABASE_CA, it.MUSTER_DATABASE_CERT, it.MUSTER_DATABASE_KEY),
      amqp: tlsFiles(cwd, it.MUSTER_AMQP_CA, it.MUSTER_AMQP_CERT, it.MUSTER_AMQP_KEY),
    },
    amqpTopology: it.MUSTER_AMQP_TOPOLOGY,
    trustedProxies: it.MUSTER_HTTP_TRUSTED_PROXIES.split(/[\s,]+/).filter((each) => each !== ''),
    failuresPerMinute: it.MUSTER_AUTH_FAILURES_PER_MINUTE,
    executorPort: it.MUSTER_EXECUTOR_HTTP_PORT ?? null,
    metricsToken: secret(it.MUSTER_METRICS_TOKEN),
    oidc:
      it.MUSTER_OIDC_ISSUER === undefined
        ? null
        : {
            issuer: it.MUSTER_OIDC_ISSUER,
            audience: it.MUSTER_OIDC_AUDIENCE ?? '',
            nameClaim: it.MUSTER_OIDC_NAME_CLAIM,
            groupsClaim: it.MUSTER_OIDC_GROUPS_CLAIM,
            grants: parseOidcGrants(it.MUSTER_OIDC_ROLES) ?? [],
          },
    webhookAllow: it.MUSTER_WEBHOOK_ALLOW.split(/[\s,]+/).filter((each) => each !== ''),
    webhookGiveUpHours: it.MUSTER_WEBHOOK_GIVE_UP_HOURS,
    nodeCheckSeconds: it.MUSTER_NODE_CHECK_SECONDS,
    keepTransactionDays: it.MUSTER_KEEP_TRANSACTION_DAYS,
    keepTransactions: it.MUSTER_KEEP_TRANSACTIONS,
    keepEventDays: it.MUSTER_KEEP_EVENT_DAYS,
    keepOutputDays: it.MUSTER_KEEP_OUTPUT_DAYS,
    keepOutputMebibytes: it.MUSTER_KEEP_OUTPUT_MEBIBYTES,
  };
}

function saysTls(url: string): boolean {
  return URL.canParse(url) && [...new URL(url).searchParams.keys()].some((name) => /ssl/i.test(name));
}

function tlsFiles(cwd: string, ...files: (string | undefined)[]): TlsFiles {
  const [ca, cert, key] = files.map((file) => (file === undefined ? null : resolve(cwd, file)));
  return { ca: ca ?? null, cert: cert ?? null, key: key ?? null };
}

function secret(text: string | undefined): SecretValue | null {
  return text === undefined ? null : new SecretValue(text);
}

/** Addresses that only this machine reaches; any name but `localhost` counts as public. */
function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
