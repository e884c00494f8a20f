import type { Connection } from './connection';
import type { RunValidations, ValidationGroup } from './dto';
import { path } from './path';

/** Checks that a cluster's release and plugins declare. */
export class ValidationRoutes {
  constructor(private readonly connection: Connection) {}

  /** By group, with the latest result of each node. */
  async list(cluster: string): Promise<readonly ValidationGroup[]> {
    const { items } = await this.connection.json<{ items: ValidationGroup[] }>('GET', this.#path(cluster));
    return items;
  }

  /** Starts a transaction of validations alone; with neither groups nor ids: of all. */
  run(cluster: string, wish: RunValidations = {}): Promise<{ readonly transaction: string }> {
    return this.connection.json('POST', this.#path(cluster, 'run'), { json: wish });
  }

  /** Cancels those that run alone; refused if there are none. */
  stop(cluster: string, reason?: string): Promise<{ readonly transactions: readonly string[] }> {
    return this.connection.json('POST', this.#path(cluster, 'stop'), { json: reason === undefined ? {} : { reason } });
  }

  #path(cluster: string, ...parts: string[]): string {
    return path('clusters', cluster, 'validations', ...parts);
  }
}
