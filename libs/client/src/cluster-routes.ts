import type { JsonObject } from '@muster/model';
import type { Connection } from './connection';
import type {
  AppliedCluster,
  Blanks,
  ApplyCluster,
  ClusterOptions,
  ClusterSummary,
  ClusterView,
  EditOptions,
  EffectiveSettings,
  MadeCluster,
  MakeCluster,
  PlanDocument,
  PlanRequest,
  RevisionDiff,
  RevisionSummary,
  RevisionView,
  SwitchedOption,
} from './dto';
import { allPages } from './pages';
import { path } from './path';

export class ClusterRoutes {
  constructor(private readonly connection: Connection) {}

  /** Creates the cluster or writes a new revision; the same content again changes nothing. */
  apply(name: string, request: ApplyCluster): Promise<AppliedCluster> {
    return this.connection.json('PUT', path('clusters', name), { json: request });
  }

  list(
    filter: { readonly environment?: string; readonly release?: string; readonly text?: string } = {},
  ): AsyncGenerator<ClusterSummary> {
    const { environment, release, text } = filter;
    return allPages(this.connection, path('clusters'), { environment, release, text });
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

  /** Merges into the cluster as its file would say it (RFC 7396): null takes a member away. */
  patch(name: string, patch: JsonObject, { reason, etag, acceptHostKeys }: EditOptions = {}): Promise<AppliedCluster> {
    return this.connection.json('PATCH', path('clusters', name), {
      json: patch,
      query: { reason, acceptHostKeys },
      ...(etag === undefined ? {} : { headers: { 'if-match': `"${etag}"` } }),
    });
  }

  /** Writes a new revision with the content of an old one. */
  rollback(name: string, revision: number, reason?: string): Promise<AppliedCluster> {
    return this.connection.json('POST', path('clusters', name, 'rollback'), { json: { revision, reason } });
  }

  /** A new cluster like this one, without machines and secrets. */
  clone(name: string, wish: MakeCluster & { readonly revision?: number }): Promise<MadeCluster> {
    return this.connection.json('POST', path('clusters', name, 'clone'), { json: wish });
  }

  /** The cluster with its bundles as one gzipped archive, secrets left out. */
  archive(name: string): Promise<{ readonly body: ReadableStream<Uint8Array>; readonly digest: string | null }> {
    return this.connection.download(path('clusters', name, 'archive'));
  }

  /** Publishes the bundles of an archive and makes its cluster, with all its revisions; `as`: under another name. */
  import(
    archive: Uint8Array,
    query: Pick<EditOptions, 'reason' | 'acceptHostKeys'> & { readonly as?: string } = {},
  ): Promise<MadeCluster> {
    const body = { bytes: archive, contentType: 'application/gzip' };
    return this.connection.json('POST', path('cluster-archives'), { body, query });
  }

  /** What is to be filled before the cluster can be deployed. */
  blanks(name: string): Promise<Blanks> {
    return this.connection.json('GET', path('clusters', name, 'blanks'));
  }

  /** `from` and `to`: a number, `head` or `live`. */
  diff(name: string, from: string, to: string): Promise<RevisionDiff> {
    return this.connection.json('GET', path('clusters', name, 'diff'), { query: { from, to } });
  }

  /** As a node sees them; null: as all nodes do. */
  effective(name: string, node: string | null): Promise<EffectiveSettings> {
    return this.connection.json('GET', path('clusters', name, 'effective'), { query: { node: node ?? undefined } });
  }

  options(name: string): Promise<ClusterOptions> {
    return this.connection.json('GET', path('clusters', name, 'options'));
  }

  setOption(
    name: string,
    option: string,
    wish: { readonly enabled: boolean; readonly replace?: boolean; readonly reason?: string },
  ): Promise<SwitchedOption> {
    return this.connection.json('PUT', path('clusters', name, 'options', option), { json: wish });
  }

  /** Refused while a transaction of the cluster runs, and while it is deployed unless its machines are to be kept. */
  async delete(name: string, options: { readonly keep?: boolean; readonly reason?: string } = {}): Promise<void> {
    await this.connection.json('DELETE', path('clusters', name), { query: options });
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
