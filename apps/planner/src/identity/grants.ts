/**
 * What somebody is in a project. An operator may do what a viewer may, an admin everything; a publisher publishes
 * bundles and sees them, and nothing else.
 */
export const ROLES = ['viewer', 'operator', 'admin', 'publisher'] as const;
export type Role = (typeof ROLES)[number];

/** Stands for every project, those to come included. */
export const EVERY_PROJECT = '*';

/** Roles by project; `EVERY_PROJECT` among them gives one everywhere. */
export type Grants = Readonly<Record<string, Role>>;

export const ADMIN_EVERYWHERE: Grants = { [EVERY_PROJECT]: 'admin' };

/** A right is called after the least role that has it. */
const rightsOf: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer'],
  operator: ['viewer', 'operator'],
  admin: ['viewer', 'operator', 'publisher', 'admin'],
  publisher: ['publisher'],
};

/** The roles that somebody has in a project: none, one, or with a role everywhere two. */
export function rolesIn(grants: Grants, project: string): readonly Role[] {
  const everywhere = grants[EVERY_PROJECT];
  const here = project !== EVERY_PROJECT && Object.hasOwn(grants, project) ? grants[project] : undefined;
  return [...new Set([everywhere, here].filter((role) => role !== undefined))];
}

/** True if one of the rights named comes with a role in the project; with `EVERY_PROJECT`: in all of them. */
export function isAllowed(grants: Grants, project: string, rights: readonly Role[]): boolean {
  return rolesIn(grants, project).some((role) => rightsOf[role].some((right) => rights.includes(right)));
}

/** True if `role` gives no right that the caller lacks in the project. */
export function mayGrant(grants: Grants, project: string, role: Role): boolean {
  return rightsOf[role].every((right) => isAllowed(grants, project, [right]));
}
