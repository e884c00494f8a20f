import type { OidcConfig } from '@muster/planner';

type OidcGrant = OidcConfig['grants'][number];

/** Every role, or this does not compile. */
const ROLES: Readonly<Record<OidcGrant['role'], true>> = { viewer: true, operator: true, admin: true, publisher: true };

/**
 * Reads `GROUP:PROJECT=ROLE`, separated by commas or spaces; `*` as project stands for all of them. Null if something in it is
 * none of that.
 */
export function parseOidcGrants(text: string): readonly OidcGrant[] | null {
  const grants = text
    .split(/[\s,]+/)
    .filter((each) => each !== '')
    .map((each) => /^(.+):([A-Za-z0-9][A-Za-z0-9._-]{0,127}|\*)=([a-z]+)$/.exec(each))
    .map((match) => ({ group: match?.[1] ?? '', project: match?.[2] ?? '', role: match?.[3] as OidcGrant['role'] }));
  return grants.every(({ group, role }) => group !== '' && Object.hasOwn(ROLES, role)) ? grants : null;
}
