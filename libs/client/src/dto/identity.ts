/** What somebody is in a project. */
export type RoleName = 'viewer' | 'operator' | 'admin' | 'publisher';

/** Who a token belongs to. */
export interface IdentityView {
  /** Recorded as `who`. */
  readonly name: string;
  /** Role by project; `*` stands for every project. */
  readonly roles: Readonly<Record<string, RoleName>>;
}

/** Owner of every name. */
export interface ProjectView {
  readonly name: string;
  readonly createdAt: string;
  readonly createdBy: string;
  /** Since when it is only read; null: it is in use. */
  readonly archivedAt: string | null;
  /** What the caller is in it. */
  readonly roles: readonly RoleName[];
}
