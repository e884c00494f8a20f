import { problem, ProblemsError } from '@muster/problems';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { NOBODY, type Nobody, type Person } from '../http/principal';
import type { Grants, Role } from './grants';

/** Whom else the planner believes: an issuer of OpenID Connect. */
export interface OidcConfig {
  /** Exactly as its tokens name it. */
  readonly issuer: string;
  /** Whom a token must be meant for. */
  readonly audience: string;
  /** Recorded as `who`, behind `oidc:`. */
  readonly nameClaim: string;
  /** A claim with a text or a list of texts. */
  readonly groupsClaim: string;
  readonly grants: readonly { readonly group: string; readonly project: string; readonly role: Role }[];
}

/** Signatures by keys that only the issuer has; never `none`, never a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_SECONDS = 5;
const NAME_CHARS_MAX = 200;
const ASK_MS = 5000;
/** An issuer that did not answer is not asked again for so long. */
const PAUSE_MS = 5000;
/** Where one group makes somebody an operator and another a publisher, the first of these counts. */
const STRENGTH: readonly Role[] = ['admin', 'operator', 'publisher', 'viewer'];

/** True for what has the shape of a signed JWT; tokens of our own have no dots. */
export function isJwt(token: string): boolean {
  return token.length <= 16_000 && /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(token);
}

/** Finds out whose a JWT is. Fails with `API_UNAVAILABLE` while the issuer's keys cannot be read. */
export class OidcIssuer {
  #keys: Promise<ReturnType<typeof createRemoteJWKSet>> | null = null;

  constructor(private readonly config: OidcConfig) {}

  async find(token: string): Promise<Person | Nobody> {
    const { issuer, audience, nameClaim } = this.config;
    const keys = await this.#issuerKeys();
    try {
      const { payload } = await jwtVerify(token, keys, {
        ...{ issuer, audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_SECONDS },
        requiredClaims: ['exp', nameClaim],
      });
      const name = payload[nameClaim];
      if (typeof name !== 'string' || name === '' || name.length > NAME_CHARS_MAX) return NOBODY;
      return { kind: 'person', name: `oidc:${name}`, grants: this.#grantsOf(payload[this.config.groupsClaim]) };
    } catch (error) {
      // Its signature was checked before its time.
      if (error instanceof errors.JWTExpired) return { kind: 'nobody', why: 'expired' };
      const isAbout = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout);
      // A generic failure of its own is what a set of keys that cannot be fetched gives.
      if (isAbout && error.code !== 'ERR_JOSE_GENERIC') return NOBODY;
      throw this.#unreachable(error);
    }
  }

  #issuerKeys(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    this.#keys ??= this.#discover().catch((error: unknown) => {
      setTimeout(() => (this.#keys = null), PAUSE_MS).unref();
      throw this.#unreachable(error);
    });
    return this.#keys;
  }

  async #discover(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const { issuer } = this.config;
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(ASK_MS) });
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    const told = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (told.issuer !== issuer || typeof told.jwks_uri !== 'string')
      throw new Error(`its configuration is that of ${String(told.issuer)}`);
    return createRemoteJWKSet(new URL(told.jwks_uri), { timeoutDuration: ASK_MS });
  }

  #grantsOf(claim: unknown): Grants {
    const groups = (Array.isArray(claim) ? claim : [claim]) as unknown[];
    const granted = this.config.grants.filter(({ group }) => groups.includes(group));
    const strongest = [...granted].sort((a, b) => STRENGTH.indexOf(b.role) - STRENGTH.indexOf(a.role));
    return Object.fromEntries(strongest.map(({ project, role }) => [project, role]));
  }

  #unreachable(error: unknown): ProblemsError {
    const summary = `The keys of ${this.config.issuer} cannot be read, so its tokens cannot be checked.`;
    const detail = error instanceof Error ? error.message : String(error);
    return new ProblemsError([problem('API_UNAVAILABLE', { subject: 'OpenID Connect', summary, detail })]);
  }
}
