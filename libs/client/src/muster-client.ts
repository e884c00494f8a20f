import { AuditRoutes } from './audit-routes';
import { BundleRoutes } from './bundle-routes';
import { ApiError } from './client-error';
import { ClusterRoutes } from './cluster-routes';
import { Connection, type ConnectionOptions } from './connection';
import { EventRoutes } from './event-routes';
import { NodeRoutes } from './node-routes';
import { IdentityRoutes } from './identity-routes';
import { ProfileRoutes } from './profile-routes';
import { PoolRoutes } from './pool-routes';
import { PresetRoutes } from './preset-routes';
import { ProjectRoutes } from './project-routes';
import { TokenRoutes } from './token-routes';
import { TransactionRoutes } from './transaction-routes';
import { ValidationRoutes } from './validation-routes';
import { WebhookRoutes } from './webhook-routes';

/** Every route of the planner, by what it is about. */
export class MusterClient {
  readonly server: string;
  readonly releases: BundleRoutes;
  readonly plugins: BundleRoutes;
  readonly clusters: ClusterRoutes;
  readonly presets: PresetRoutes;
  readonly nodes: NodeRoutes;
  readonly profiles: ProfileRoutes;
  readonly pools: PoolRoutes;
  readonly projects: ProjectRoutes;
  readonly identity: IdentityRoutes;
  readonly tokens: TokenRoutes;
  readonly audit: AuditRoutes;
  readonly transactions: TransactionRoutes;
  readonly validations: ValidationRoutes;
  readonly events: EventRoutes;
  readonly webhooks: WebhookRoutes;
  readonly #connection: Connection;

  constructor(options: ConnectionOptions) {
    this.#connection = new Connection(options);
    this.server = this.#connection.server;
    this.releases = new BundleRoutes(this.#connection, 'release');
    this.plugins = new BundleRoutes(this.#connection, 'plugin');
    this.clusters = new ClusterRoutes(this.#connection);
    this.presets = new PresetRoutes(this.#connection);
    this.nodes = new NodeRoutes(this.#connection);
    this.profiles = new ProfileRoutes(this.#connection);
    this.pools = new PoolRoutes(this.#connection);
    this.projects = new ProjectRoutes(this.#connection);
    this.audit = new AuditRoutes(this.#connection);
    this.tokens = new TokenRoutes(this.#connection);
    this.identity = new IdentityRoutes(this.#connection);
    this.transactions = new TransactionRoutes(this.#connection);
    this.validations = new ValidationRoutes(this.#connection);
    this.events = new EventRoutes(this.#connection);
    this.webhooks = new WebhookRoutes(this.#connection);
  }

  /** True if the server serves; false if it answers but is not ready. Fails with `ServerUnreachable` without an answer. */
  async ready(): Promise<boolean> {
    try {
      await this.#connection.text('GET', '/health/ready');
      return true;
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  }

  /** The OpenAPI document of the server. */
  openapi(): Promise<Record<string, unknown>> {
    return this.#connection.json('GET', '/api/openapi.json');
  }
}
