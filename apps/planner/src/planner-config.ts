import { isIP } from 'node:net';
import type { SecretValue } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { OidcConfig } from './identity/oidc';
import { networkFault } from './webhooks/address-policy';
import type { RetentionConfig } from './retention/retention';
import type { WebhookConfig } from './webhooks/webhook-settings';

/** What the planner is told at its start; read from the environment by the app that starts it. */
export interface PlannerConfig {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly auth: 'on' | 'off';
  /** The one token that exists without a row in the database. */
  readonly adminToken: SecretValue;
  /** Absent: everything is kept. */
  readonly retention?: RetentionConfig;
  /** Absent: no address beyond the public ones. */
  readonly webhooks?: WebhookConfig;
  /** Requests of one address without a valid token within a minute, after which it waits; absent: 60. */
  readonly failuresPerMinute?: number;
  /** Milliseconds that one statement may take; absent: 30,000. */
  readonly statementMs?: number;
  /** Absent: tokens of our own alone. */
  readonly oidc?: OidcConfig;
  /** PEM; absent: plain HTTP. */
  readonly tls?: { readonly cert?: string; readonly key?: string };
  /** Whose `X-Forwarded-For` is believed; absent: nobody's. */
  readonly trustedProxies?: readonly string[];
  readonly nodes?: NodeCareConfig;
}

/** How the planner looks after nodes. */
export interface NodeCareConfig {
  /** Milliseconds until a node that could not be inspected is asked again; twice as long each further time. Default 5000. */
  readonly inspectBackoffMs?: number;
  /** Milliseconds between two looks whether a machine answers; 0, and absent: never. */
  readonly checkEveryMs?: number;
}

/** Shortest admin token taken: 128 bits as hex. */
const ADMIN_TOKEN_CHARS_MIN = 16;

/** Throws `ProblemsError` with everything that is wrong; a planner with such a configuration must not start. */
export function checkPlannerConfig(config: PlannerConfig): void {
  const problems: Problem[] = [];
  const wrong = (subject: string, summary: string, remedy: string) =>
    problems.push(problem('CONFIG_INVALID', { subject, summary, remedy }));
  if (!Number.isInteger(config.port) || config.port < 0 || config.port > 65_535) {
    wrong('MUSTER_HTTP_PORT', `${config.port} is not a port.`, 'Give a number from 0 (any free port) to 65535.');
  }
  if (config.auth === 'off' && !isLoopback(config.host)) {
    wrong(
      'MUSTER_AUTH',
      `Authentication cannot be switched off while listening on ${config.host}.`,
      'Listen on 127.0.0.1, or leave MUSTER_AUTH on.',
    );
  }
  if (config.auth === 'on' && config.adminToken.reveal().length < ADMIN_TOKEN_CHARS_MIN) {
    wrong(
      'MUSTER_ADMIN_TOKEN',
      `The token is shorter than ${ADMIN_TOKEN_CHARS_MIN} characters.`,
      'Give a longer random token.',
    );
  }
  for (const network of config.webhooks?.allow ?? []) {
    const fault = networkFault(network);
    if (fault !== null) wrong('MUSTER_WEBHOOK_ALLOW', `${fault}.`, 'Give addresses and networks with commas between.');
  }
  const issuer = config.oidc?.issuer;
  if (issuer !== undefined && !isSafeIssuer(issuer)) {
    wrong(
      'MUSTER_OIDC_ISSUER',
      `${issuer} is no address by which keys can be fetched safely.`,
      'Give its https:// address.',
    );
  }
  if (problems.length > 0) throw new ProblemsError(problems);
}

/** Keys that come in clear text are anybody's, but on this machine. */
function isSafeIssuer(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** True for addresses and names that only this machine reaches; any other name counts as public. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (bare === 'localhost' || bare === '::1') return true;
  return isIP(bare) === 4 && bare.startsWith('127.');
}
