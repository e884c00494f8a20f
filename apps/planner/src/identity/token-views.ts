import { createHash } from 'node:crypto';
import { canonicalJson } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { CURSOR_PART, type Page, pageOf, readCursor } from '../http/paging';
import type { Person } from '../http/principal';
import { EVERY_PROJECT, isAllowed } from './grants';
import type { TokenDto, TokenQuery } from './token.dto';
import { TokenRow } from './token.entity';

const conditions = {
  active: 't.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())',
  expired: 't.revoked_at IS NULL AND t.expires_at <= now()',
  revoked: 't.revoked_at IS NOT NULL',
} as const;

/** Tokens with a role in the project or in every one, by name. */
export async function listTokens(
  on: EntityManager,
  caller: Person,
  project: string,
  query: TokenQuery,
): Promise<Page<TokenDto>> {
  const after = readCursor(query.cursor, CURSOR_PART.name)?.[0] ?? '';
  const rows = await on
    .createQueryBuilder(TokenRow, 't')
    .where('t.name > :after', { after })
    .andWhere('jsonb_exists_any(t.grants, ARRAY[:project, :every])', { project, every: EVERY_PROJECT })
    .andWhere(query.state === undefined ? 'true' : conditions[query.state])
    .orderBy('t.name')
    .take(query.limit + 1)
    .getMany();
  return pageOf(
    rows,
    query.limit,
    (row) => [row.name],
    (row) => tokenView(row, caller),
  );
}

/** As the API shows it: never the token or a hash of it, and no project that the caller does not administer. */
export function tokenView(row: TokenRow, caller: Person): TokenDto {
  const roles = Object.entries(row.grants).filter(
    ([project]) => project === EVERY_PROJECT || isAllowed(caller.grants, project, ['admin']),
  );
  return {
    name: row.name,
    roles: Object.fromEntries(roles),
    state: stateOf(row, Date.now()),
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    previousUntil: row.previousUntil?.toISOString() ?? null,
    etag: tokenEtag(row),
  };
}

/** Of what people decide about a token. */
export function tokenEtag({ id, hash, grants, expiresAt, revokedAt }: TokenRow): string {
  const decided = [id, hash, { ...grants }, expiresAt?.toISOString() ?? null, revokedAt?.toISOString() ?? null];
  return createHash('sha256').update(canonicalJson(decided)).digest('hex').slice(0, 16);
}

function stateOf({ revokedAt, expiresAt }: TokenRow, now: number): TokenDto['state'] {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt.getTime() <= now ? 'expired' : 'active';
}
