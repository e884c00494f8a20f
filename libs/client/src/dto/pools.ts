/** A limit that deployments of all clusters share. */
export interface PoolView {
  readonly name: string;
  readonly slots: number;
  /** In the order in which they asked. */
  readonly holders: readonly PoolShare[];
  /** In the order in which they are served. */
  readonly waiting: readonly PoolShare[];
}

/** What one transaction holds of a pool, or waits for. */
export interface PoolShare {
  readonly transaction: string;
  readonly cluster: string;
  readonly slots: number;
  /** ISO 8601 UTC. */
  readonly since: string;
}
