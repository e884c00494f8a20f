import type { Connection } from './connection';
import type { MadeCluster, MakeCluster, PresetSummary, PresetView } from './dto';
import { allPages } from './pages';
import { path } from './path';

export class PresetRoutes {
  constructor(private readonly connection: Connection) {}

  /** Saves a revision of a cluster, the newest if none is named. */
  save(request: {
    readonly name: string;
    readonly cluster: string;
    readonly revision?: number;
    readonly title?: string;
  }): Promise<PresetView> {
    return this.connection.json('POST', path('presets'), { json: request });
  }

  list(): AsyncGenerator<PresetSummary> {
    return allPages(this.connection, path('presets'));
  }

  get(name: string): Promise<PresetView> {
    return this.connection.json('GET', path('presets', name));
  }

  /** Clusters made of it stay as they are. */
  async delete(name: string): Promise<void> {
    await this.connection.json('DELETE', path('presets', name));
  }

  /** Makes a cluster of it. */
  use(name: string, wish: MakeCluster): Promise<MadeCluster> {
    return this.connection.json('POST', path('presets', name, 'clusters'), { json: wish });
  }
}
