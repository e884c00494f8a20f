import type { NewToken, RoleName } from '@muster/client';
import { usageProblem } from '../usage-problem';

const ROLES: readonly string[] = ['viewer', 'operator', 'admin', 'publisher'];
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `--role`: `ROLE` in the project of the call, or `PROJECT=ROLE`, repeated. Fails with `ProblemsError`. */
export function parseRoles(given: readonly string[]): Pick<NewToken, 'role' | 'roles'> {
  const [first = ''] = given;
  if (given.length === 1 && !first.includes('=')) return { role: parseRole(first) };
  const entries = given.map((text): [string, RoleName] => {
    const at = text.lastIndexOf('=');
    if (at < 1) throw usageProblem('--role', `"${text}" is not PROJECT=ROLE; several roles are given so`);
    return [text.slice(0, at), parseRole(text.slice(at + 1))];
  });
  return { roles: Object.fromEntries(entries) };
}

export function parseRole(text: string): RoleName {
  if (ROLES.includes(text)) return text as RoleName;
  throw usageProblem('--role', `"${text}" is none of ${ROLES.join(', ')}`);
}

/** `--expires`: a time as ISO 8601, or from now on `90d`, `12h`, `30m`. Gives ISO 8601. */
export function parseExpiry(text: string, now: number): string {
  const [, amount, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined) return new Date(now + Number(amount) * (UNIT_MS[unit] ?? 0)).toISOString();
  const at = Date.parse(text);
  if (!Number.isNaN(at) && /^\d{4}-/.test(text)) return new Date(at).toISOString();
  throw usageProblem(
    '--expires',
    `"${text}" is neither a time like 2030-01-31T12:00:00Z nor a duration like 90d, 12h, 30m`,
  );
}
