import type { SecretValue } from '@muster/model';
import type { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';
import type { FindPrincipal } from '../http/identify';
import { NOBODY } from '../http/principal';
import { ADMIN_EVERYWHERE } from './grants';
import { isJwt, type OidcConfig, OidcIssuer } from './oidc';
import { hashToken, sameHash } from './token-hash';
import { tokenByHash } from './tokens';

/** Longer is no token of ours; not worth a hash. */
const TOKEN_CHARS_MAX = 500;

/**
 * Whose a token is: the administrator's of the configuration, a stored one's, that of a deployment, or (a JWT) of the issuer's.
 * Only hashes are compared; a stored one is found by its hash, whose timing tells nothing about the token.
 */
export function findPrincipalIn(
  database: DataSource,
  adminToken: SecretValue,
  oidc: OidcConfig | null = null,
): FindPrincipal {
  const issuer = oidc === null ? null : new OidcIssuer(oidc);
  const admin = hashToken(adminToken.reveal());
  return async (token) => {
    if (issuer !== null && isJwt(token)) return issuer.find(token);
    if (token.length > TOKEN_CHARS_MAX) return NOBODY;
    const hash = hashToken(token);
    if (sameHash(hash, admin)) return { kind: 'person', name: 'admin', grants: ADMIN_EVERYWHERE };
    const stored = await tokenByHash(database, hash);
    if (stored !== null)
      return stored.ended === null
        ? { kind: 'person', name: stored.name, grants: stored.grants }
        : { kind: 'nobody', why: stored.ended };
    const deployment = await rowOf<{ id: string }>(
      database.manager,
      'SELECT id FROM planner.deployment WHERE artifact_token_hash = $1 AND ended_at IS NULL',
      [hash],
    );
    return deployment === null ? NOBODY : { kind: 'deployment', id: deployment.id };
  };
}
