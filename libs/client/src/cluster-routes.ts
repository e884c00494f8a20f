import type { Connection } from './connection';
import type {
  AppliedCluster,
  ApplyCluster,
  ClusterSummary,
  ClusterView,
  PlanDocument,
  PlanRequest,
  RevisionSummary,
  RevisionView,
} from './dto';
import { allPages } from './pages';
import { path } from './path';

export class ClusterRoutes {
  constructor(private readonly connection: Connection) {}

  /** Creates the cluster or writes a new revision; the same content again changes nothing. */
  apply(name: string, request: ApplyCluster): Promise<AppliedCluster> {
    return this.connection.json('PUT', path('clusters', name), { json: request });
  }

  list(): AsyncGenerator<ClusterSummary> {
    return allPages(this.connection, path('clusters'));
  }

  get(name: string): Promise<ClusterView> {
    return this.connection.json('GET', path('clusters', name));
  }

  revisions(name: string): AsyncGenerator<RevisionSummary> {
    return allPages(this.connection, path('clusters', name, 'revisions'));
  }

  revision(name: string, number: number): Promise<RevisionView> {
    return this.connection.json('GET', path('clusters', name, 'revisions', String(number)));
  }

  /** The cluster file as YAML, secrets left out. */
  export(name: string): Promise<string> {
    return this.connection.text('GET', path('clusters', name, 'export'), { headers: { accept: 'text/yaml' } });
  }

  /** Refused while a transaction of the cluster runs. */
  async delete(name: string): Promise<void> {
    await this.connection.json('DELETE', path('clusters', name));
  }

  /** The plan of the head revision; stored under its digest unless `raw`. */
  plan(name: string, request: PlanRequest): Promise<PlanDocument> {
    return this.connection.json('POST', path('clusters', name, 'plans'), { json: request });
  }

  /** A plan that was made before and is kept. */
  keptPlan(name: string, digest: string): Promise<PlanDocument> {
    return this.connection.json('GET', path('clusters', name, 'plans', digest));
  }
}
