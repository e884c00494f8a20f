/** What a machine must be to fit a purpose. */
export interface ProfileView {
  readonly name: string;
  /** `cpus>=4`, `arch=x86_64`, `label=rack-1`; all of them hold. */
  readonly rules: readonly string[];
  readonly description: string | null;
  readonly changedAt: string;
  /** For `If-Match`. */
  readonly etag: string;
}

export interface ProfileMatch {
  readonly nodes: readonly {
    readonly node: string;
    /** It is in a cluster. */
    readonly cluster: boolean;
    /** What is against it; empty: it fits. */
    readonly misfits: readonly string[];
  }[];
}

/** What each role of a cluster needs, and what there is. */
export interface ClusterMatch {
  readonly matches: boolean;
  readonly roles: readonly {
    readonly role: string;
    readonly profile: string | null;
    readonly needed: number | null;
    readonly assigned: number;
    readonly has: number;
    readonly missing: number;
    readonly misfits: readonly { readonly node: string; readonly why: readonly string[] }[];
    readonly candidates: readonly string[];
  }[];
}
