import type { Connection } from './connection';
import type { PoolView } from './dto';
import { path } from './path';

export class PoolRoutes {
  constructor(private readonly connection: Connection) {}

  async list(): Promise<readonly PoolView[]> {
    const { items } = await this.connection.json<{ readonly items: readonly PoolView[] }>('GET', path('pools'));
    return items;
  }

  get(name: string): Promise<PoolView> {
    return this.connection.json('GET', path('pools', name));
  }

  /** Makes the pool or changes its size. */
  set(name: string, slots: number): Promise<PoolView> {
    return this.connection.json('PUT', path('pools', name), { json: { slots } });
  }

  async remove(name: string): Promise<void> {
    await this.connection.json('DELETE', path('pools', name));
  }
}
