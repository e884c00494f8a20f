import { problem, ProblemsError } from '@muster/problems';
import { openIssuer } from './open-issuer';

const STAY = 'offline_access';

export interface SignInWish {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: who it is, and to stay signed in where the issuer offers that. */
  readonly scope?: string | undefined;
  /** Told once: where the person confirms, and with which code. */
  readonly tell: (address: string, code: string) => void;
  readonly signal?: AbortSignal;
}

export interface SignedIn {
  /** The ID token: a JWT that is meant for the client. */
  readonly token: string;
  /** What it can be renewed with; null: the issuer gave none. */
  readonly refreshToken: string | null;
  /** ISO 8601; null: the issuer did not say. */
  readonly expiresAt: string | null;
}

/**
 * Signs a person in by the device flow of OpenID Connect: they confirm in any browser, on any machine, and no password comes
 * here. Fails with `ProblemsError` when the issuer does not answer or somebody says no.
 */
export async function signIn({ issuer, clientId, scope, tell, signal }: SignInWish): Promise<SignedIn> {
  const client = await import('openid-client');
  try {
    const config = await openIssuer(issuer, clientId);
    const asked = scope ?? scopeFor(config.serverMetadata().scopes_supported);
    // Being asked once more is what OpenID Connect wants of whoever is to stay signed in.
    const consent: Record<string, string> = asked.split(' ').includes(STAY) ? { prompt: 'consent' } : {};
    const started = await client.initiateDeviceAuthorization(config, { scope: asked, ...consent });
    tell(started.verification_uri_complete ?? started.verification_uri, started.user_code);
    const options = signal === undefined ? {} : { signal };
    const tokens = await client.pollDeviceAuthorizationGrant(config, started, undefined, options);
    if (tokens.id_token === undefined) throw new Error('it gave no ID token; the scope must have `openid`');
    const end = tokens.claims()?.exp;
    return {
      token: tokens.id_token,
      refreshToken: tokens.refresh_token ?? null,
      expiresAt: end === undefined ? null : new Date(end * 1000).toISOString(),
    };
  } catch (error) {
    const { message, code, cause } = error as Error & { code?: string };
    const detail = [code, cause instanceof Error ? cause.message : undefined].filter(Boolean).join(': ');
    throw new ProblemsError([
      problem('LOCAL_SIGN_IN', { subject: issuer, summary: message, ...(detail === '' ? {} : { detail }) }),
    ]);
  }
}

/** Some issuers refuse a scope that they do not have; those that say nothing are asked. */
function scopeFor(supported: readonly string[] | undefined): string {
  return supported === undefined || supported.includes(STAY) ? `openid profile ${STAY}` : 'openid profile';
}
