import { randomUUID } from 'node:crypto';
import { DEFAULT_PROJECT, NAME_PATTERN } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { ProjectRow } from '../database/project.entity';
import { rowOf, rowsOf } from '../database/sql';
import { requireMatch } from '../http/etag';
import type { Person } from '../http/principal';
import { EVERY_PROJECT, type Grants, isAllowed, mayGrant, type Role, ROLES } from './grants';
import { tokenEtag } from './token-views';
import { TokenRow } from './token.entity';

/** Names that others have without a token of ours; signed-in people's begin with `oidc:`, which no name can. */
const RESERVED_NAMES: readonly string[] = ['admin', 'local', 'muster', 'planner', 'executor'];
const PROJECTS_MAX = 100;

export interface TokenWish {
  readonly name: string;
  readonly grants: Grants;
  readonly expiresAt: Date | null;
}

/** Who changes tokens, and in which project. */
export interface TokenChange {
  readonly caller: Person;
  readonly project: string;
  /** The header as it came; null: none. */
  readonly ifMatch: string | null;
}

/**
 * Writes a new token, of which `hash` is all that is kept. The same again, with the same hash, is the same token. Throws
 * `ProblemsError` with everything that is wrong: `TOKEN_EXISTS`, rights that the caller lacks, projects that are not there.
 */
export async function createToken(
  database: DataSource,
  { caller }: Pick<TokenChange, 'caller'>,
  wish: TokenWish,
  hash: string,
): Promise<TokenRow> {
  return database.transaction(async (on) => {
    const problems = [
      ...checkName(wish.name),
      ...(await checkGrants(on, caller, wish.grants)),
      ...checkExpiry(wish.expiresAt),
    ];
    if (problems.length > 0) throw new ProblemsError(problems);
    await rowsOf(
      on,
      `INSERT INTO planner.token (id, name, hash, grants, created_by, expires_at) VALUES ($1, $2, $3, $4::jsonb, $5, $6)
       ON CONFLICT (name) DO NOTHING RETURNING 1`,
      [randomUUID(), wish.name, hash, JSON.stringify(wish.grants), caller.name, wish.expiresAt],
    );
    const row = await on.findOneByOrFail(TokenRow, { name: wish.name });
    if (row.hash === hash) return row;
    throw new ProblemsError([
      problem('TOKEN_EXISTS', {
        subject: `token ${wish.name}`,
        summary: row.revokedAt === null ? 'There is one of this name.' : 'There was one of this name; it is revoked.',
      }),
    ]);
  });
}

/** A token with a role in the project, or in every one; throws `API_NOT_FOUND` for others as for none. */
export async function findToken(on: EntityManager, project: string, name: string, lock = false): Promise<TokenRow> {
  const row = await on.findOne(TokenRow, {
    where: { name },
    ...(lock ? { lock: { mode: 'pessimistic_write' as const } } : {}),
  });
  if (row !== null && (Object.hasOwn(row.grants, project) || Object.hasOwn(row.grants, EVERY_PROJECT))) return row;
  throw new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `token ${name.slice(0, 128)}`,
      summary: `No such token has a role in project ${project}.`,
      remedy: '`muster token list` shows those that have.',
    }),
  ]);
}

/** Ends a token for good; one that is revoked stays so. */
export async function revokeToken(
  database: DataSource,
  { caller, project, ifMatch }: TokenChange,
  name: string,
): Promise<void> {
  await database.transaction(async (on) => {
    const row = await findToken(on, project, name, true);
    refuseForeign(caller, row);
    requireMatch(ifMatch, tokenEtag(row), `token ${name}`);
    await rowsOf(
      on,
      'UPDATE planner.token SET revoked_at = now(), previous_hash = NULL, previous_until = NULL WHERE id = $1 AND revoked_at IS NULL RETURNING 1',
      [row.id],
    );
  });
}

/** Gives a token another text; what it was until now is taken for `keepSeconds` more. The same hash again changes nothing. */
export async function rotateToken(
  database: DataSource,
  { caller, project, ifMatch }: TokenChange,
  name: string,
  wish: { readonly hash: string; readonly keepSeconds: number; readonly expiresAt: Date | null },
): Promise<TokenRow> {
  return database.transaction(async (on) => {
    const row = await findToken(on, project, name, true);
    refuseForeign(caller, row);
    // Else this request has done it already, and its planner died before it could answer.
    if (row.hash !== wish.hash) requireMatch(ifMatch, tokenEtag(row), `token ${name}`);
    if (row.revokedAt !== null)
      throw new ProblemsError([
        problem('TOKEN_REVOKED', {
          subject: `token ${name}`,
          summary: `It was revoked at ${row.revokedAt.toISOString()}.`,
        }),
      ]);
    const problems = checkExpiry(wish.expiresAt);
    if (problems.length > 0) throw new ProblemsError(problems);
    await rowsOf(
      on,
      `UPDATE planner.token SET hash = $2, expires_at = coalesce($4, expires_at),
         previous_hash = CASE WHEN $3::int > 0 THEN hash END,
         previous_until = CASE WHEN $3::int > 0 THEN now() + make_interval(secs => $3::int) END
       WHERE id = $1 AND hash <> $2 RETURNING 1`,
      [row.id, wish.hash, wish.keepSeconds, wish.expiresAt],
    );
    return on.findOneByOrFail(TokenRow, { id: row.id });
  });
}

/** Gives a token a role in the project of the request, or takes it away (null). */
export async function setTokenRole(
  database: DataSource,
  { caller, project, ifMatch }: TokenChange,
  name: string,
  role: Role | null,
): Promise<TokenRow> {
  return database.transaction(async (on) => {
    const row = await on.findOne(TokenRow, { where: { name }, lock: { mode: 'pessimistic_write' } });
    if (row === null || role === null) await findToken(on, project, name);
    requireMatch(ifMatch, row && tokenEtag(row), `token ${name}`);
    if (role !== null && !mayGrant(caller.grants, project, role)) throw new ProblemsError([cannotGive(project, role)]);
    await rowsOf(
      on,
      `UPDATE planner.token SET grants = CASE WHEN $3::text IS NULL THEN grants - $2::text
         ELSE grants || jsonb_build_object($2::text, $3::text) END WHERE name = $1 RETURNING 1`,
      [name, project, role],
    );
    return on.findOneByOrFail(TokenRow, { name });
  });
}

/** Only who administers every project in which a token has a role decides about it as a whole. */
function refuseForeign(caller: Person, row: TokenRow): void {
  if (Object.keys(row.grants).every((project) => isAllowed(caller.grants, project, ['admin']))) return;
  throw new ProblemsError([
    problem('API_FORBIDDEN', {
      subject: `token ${row.name}`,
      summary: 'It has roles outside the projects that you administer.',
      remedy:
        'Take its role in your project away (`muster token role NAME none`), or ask an administrator of them all.',
    }),
  ]);
}

function checkName(name: string): Problem[] {
  if (!RESERVED_NAMES.includes(name)) return [];
  return [
    problem('API_INVALID', { subject: 'field name', summary: `${name} is nobody's to have.`, place: { path: 'name' } }),
  ];
}

async function checkGrants(on: EntityManager, caller: Person, grants: Grants): Promise<Problem[]> {
  const entries = Object.entries(grants);
  if (entries.length === 0 || entries.length > PROJECTS_MAX) {
    const summary = `It is to have from 1 to ${PROJECTS_MAX} roles.`;
    return [problem('API_INVALID', { subject: 'field roles', summary, place: { path: 'roles' } })];
  }
  const names = entries.flatMap(([project]) => (NAME_PATTERN.test(project) ? [project] : []));
  const there = new Set((await on.findBy(ProjectRow, { name: In(names) })).map((row) => row.name)).add(DEFAULT_PROJECT);
  return entries.flatMap(([project, role]): Problem[] => {
    const place = { path: `roles.${project.slice(0, 128)}` };
    if (!ROLES.includes(role))
      return [problem('API_INVALID', { subject: 'field roles', summary: `It is one of ${ROLES.join(', ')}.`, place })];
    // First: nobody is told which projects there are elsewhere.
    if (!mayGrant(caller.grants, project, role)) return [{ ...cannotGive(project, role), place }];
    if (project === EVERY_PROJECT || there.has(project)) return [];
    return [problem('API_INVALID', { subject: `project ${project}`, summary: 'There is no such project.', place })];
  });
}

function cannotGive(project: string, role: Role): Problem {
  const where = project === EVERY_PROJECT ? 'every project' : `project ${project.slice(0, 128)}`;
  return problem('API_FORBIDDEN', {
    subject: `role ${role}`,
    summary: `You cannot give it in ${where}: you lack rights of it there.`,
  });
}

function checkExpiry(expiresAt: Date | null): Problem[] {
  if (expiresAt === null || expiresAt.getTime() > Date.now()) return [];
  const summary = `${expiresAt.toISOString()} is past.`;
  return [problem('API_INVALID', { subject: 'field expiresAt', summary, place: { path: 'expiresAt' } })];
}

/** Why a stored token is not taken any more. */
export type TokenEnd = 'revoked' | 'expired' | 'rotated';

export interface FoundToken {
  readonly name: string;
  readonly grants: Grants;
  /** Null: it may be used now. */
  readonly ended: TokenEnd | null;
}

/** The row of a token; null without one. Notes the use of one that may be used, once a minute. */
export async function tokenByHash(database: DataSource, hash: string): Promise<FoundToken | null> {
  const row = await rowOf<FoundToken & { id: string; stale: boolean }>(
    database.manager,
    `SELECT id, name, grants, last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS stale,
       CASE WHEN revoked_at IS NOT NULL THEN 'revoked'
            WHEN expires_at <= now() THEN 'expired'
            WHEN hash <> $1 AND (previous_until IS NULL OR previous_until <= now()) THEN 'rotated' END AS ended
     FROM planner.token WHERE hash = $1 OR previous_hash = $1`,
    [hash],
  );
  if (row?.ended === null && row.stale)
    await rowsOf(database.manager, 'UPDATE planner.token SET last_used_at = now() WHERE id = $1 RETURNING 1', [row.id]);
  return row;
}
