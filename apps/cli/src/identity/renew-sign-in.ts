import { ServerUnreachable } from '@muster/client';
import { problem, ProblemsError } from '@muster/problems';
import type { UserConfig } from '../connection/user-config';
import { openIssuer } from './open-issuer';

/** The issuer did not answer, or not as one: asking again makes sense. */
export class IssuerUnreachable extends ServerUnreachable {
  constructor(issuer: string, cause: unknown) {
    super(issuer, { cause });
    this.name = 'IssuerUnreachable';
  }
}

/** A new token for a refresh token; the issuer may give another refresh token, and takes the one before no more. */
export async function renew(config: UserConfig): Promise<{ readonly token: string; readonly refreshToken: string }> {
  const { issuer = '', clientId = '', refreshToken = '' } = config;
  const client = await import('openid-client');
  try {
    const tokens = await client.refreshTokenGrant(await openIssuer(issuer, clientId), refreshToken);
    if (tokens.id_token === undefined) throw ended(issuer, 'The issuer renewed the sign-in without an ID token.');
    return { token: tokens.id_token, refreshToken: tokens.refresh_token ?? refreshToken };
  } catch (error) {
    if (error instanceof ProblemsError) throw error;
    if (error instanceof client.ResponseBodyError && error.status < 500)
      throw ended(
        issuer,
        'The sign-in has ended: it was revoked, or its time is over.',
        `${error.error}: ${error.error_description ?? ''}`,
      );
    throw new IssuerUnreachable(issuer, error);
  }
}

/** Tells the issuer that nobody uses the refresh token any more; why not, when it does not take that, else null. */
export async function revoke({ issuer = '', clientId = '', refreshToken = '' }: UserConfig): Promise<string | null> {
  try {
    const client = await import('openid-client');
    const config = await openIssuer(issuer, clientId);
    if (config.serverMetadata().revocation_endpoint === undefined) return 'the issuer revokes no tokens';
    await client.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function ended(subject: string, summary: string, detail?: string): ProblemsError {
  const remedy = 'Sign in again with `muster login`.';
  return new ProblemsError([
    problem('LOCAL_SIGN_IN', { subject, summary, remedy, ...(detail === undefined ? {} : { detail }) }),
  ]);
}
