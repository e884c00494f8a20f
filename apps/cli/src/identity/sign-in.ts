import { problem, ProblemsError } from '@muster/problems';

export interface SignInWish {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** Told once: where the person confirms, and with which code. */
  readonly tell: (address: string, code: string) => void;
  readonly signal?: AbortSignal;
}

export interface SignedIn {
  /** The ID token: a JWT that is meant for the client. */
  readonly token: string;
  /** ISO 8601; null: the issuer did not say. */
  readonly expiresAt: string | null;
}

/**
 * Signs a person in by the device flow of OpenID Connect: they confirm in any browser, on any machine, and no password comes
 * here. Fails with `ProblemsError` when the issuer does not answer or somebody says no.
 */
export async function signIn({ issuer, clientId, scope, tell, signal }: SignInWish): Promise<SignedIn> {
  const client = await import('openid-client');
  const address = new URL(issuer);
  // Clear text only to this machine.
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(address.hostname);
  const execute = address.protocol === 'http:' && isLocal ? [client.allowInsecureRequests] : [];
  try {
    const config = await client.discovery(address, clientId, undefined, client.None(), { execute });
    const started = await client.initiateDeviceAuthorization(config, { scope });
    tell(started.verification_uri_complete ?? started.verification_uri, started.user_code);
    const options = signal === undefined ? {} : { signal };
    const tokens = await client.pollDeviceAuthorizationGrant(config, started, undefined, options);
    if (tokens.id_token === undefined) throw new Error('it gave no ID token; the scope must have `openid`');
    const end = tokens.claims()?.exp;
    return { token: tokens.id_token, expiresAt: end === undefined ? null : new Date(end * 1000).toISOString() };
  } catch (error) {
    const { message, code, cause } = error as Error & { code?: string };
    const detail = [code, cause instanceof Error ? cause.message : undefined].filter(Boolean).join(': ');
    throw new ProblemsError([
      problem('LOCAL_SIGN_IN', { subject: issuer, summary: message, ...(detail === '' ? {} : { detail }) }),
    ]);
  }
}
