import type { Connection } from './connection';
import type { ClusterMatch, ProfileMatch, ProfileView } from './dto';
import { allPages } from './pages';
import { path } from './path';

export class ProfileRoutes {
  constructor(private readonly connection: Connection) {}

  list(): AsyncGenerator<ProfileView> {
    return allPages(this.connection, path('profiles'));
  }

  get(name: string): Promise<ProfileView> {
    return this.connection.json('GET', path('profiles', name));
  }

  /** Makes it, or changes it. */
  write(name: string, rules: readonly string[], description?: string): Promise<ProfileView> {
    const json = { rules, ...(description === undefined ? {} : { description }) };
    return this.connection.json('PUT', path('profiles', name), { json });
  }

  async remove(name: string): Promise<void> {
    await this.connection.json('DELETE', path('profiles', name));
  }

  /** Which nodes fit, and what is against the others. */
  match(name: string): Promise<ProfileMatch> {
    return this.connection.json('GET', path('profiles', name, 'match'));
  }

  /** Gives it to the nodes in no cluster that fit and have none. */
  assign(name: string): Promise<{ readonly assigned: readonly string[] }> {
    return this.connection.json('POST', path('profiles', name, 'assign'), { json: {} });
  }

  /** What each role of a cluster needs, and what there is. */
  matchCluster(cluster: string): Promise<ClusterMatch> {
    return this.connection.json('GET', path('clusters', cluster, 'match'));
  }
}
