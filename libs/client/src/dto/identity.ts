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

/** A token as it is shown: never its text. */
export interface TokenView {
  readonly name: string;
  /** Role by project, as far as the caller administers it; `*` stands for every project. */
  readonly roles: Readonly<Record<string, RoleName>>;
  readonly state: 'active' | 'expired' | 'revoked';
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  /** To the minute. */
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
  readonly previousUntil: string | null;
}

/** A token as it is told once. */
export interface GivenToken extends TokenView {
  readonly token: string;
}

export interface NewToken {
  readonly name: string;
  /** In the project of the request. */
  readonly role?: RoleName;
  /** By project, instead of `role`. */
  readonly roles?: Readonly<Record<string, RoleName>>;
  /** ISO 8601; absent: it does not expire. */
  readonly expiresAt?: string;
}
