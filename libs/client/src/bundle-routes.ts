import type { BundleKind } from '@muster/model';
import type { Connection } from './connection';
import type { Problem } from '@muster/problems';
import type { BundleFilter, BundleSummary, BundleView, PublishedBundle } from './dto';
import { allPages } from './pages';
import { path } from './path';

/** Releases and plugins: the same routes under two names. */
export class BundleRoutes {
  constructor(
    private readonly connection: Connection,
    private readonly kind: BundleKind,
  ) {}

  /** Publishes a gzipped tar of the bundle folder. The same content again is fine; other content under that name is refused. */
  publish(archive: Uint8Array, signal?: AbortSignal): Promise<PublishedBundle> {
    const body = { bytes: archive, contentType: 'application/gzip' };
    return this.connection.json('POST', this.#path(), { body, ...(signal ? { signal } : {}) });
  }

  list({ name, search, retired, fits }: BundleFilter = {}): AsyncGenerator<BundleSummary> {
    return allPages(this.connection, this.#path(), { name, search, retired: retired?.toString(), fits });
  }

  get(name: string, version: string): Promise<BundleView> {
    return this.connection.json('GET', this.#path(name, version));
  }

  /** Warnings of publishing, and everything that lint finds now, advice included. */
  findings(name: string, version: string): Promise<{ readonly problems: readonly Problem[] }> {
    return this.connection.json('GET', this.#path(name, version, 'findings'));
  }

  /** The archive as it was published. `digest` is a `Repr-Digest` header. */
  download(
    name: string,
    version: string,
  ): Promise<{ readonly body: ReadableStream<Uint8Array>; readonly digest: string | null }> {
    return this.connection.download(this.#path(name, version, 'archive'));
  }

  retire(name: string, version: string, why?: string): Promise<BundleSummary> {
    return this.connection.json('POST', this.#path(name, version, 'retire'), {
      json: why === undefined ? {} : { why },
    });
  }

  restore(name: string, version: string): Promise<BundleSummary> {
    return this.connection.json('POST', this.#path(name, version, 'restore'));
  }

  /** Refused while a cluster uses it. */
  async remove(name: string, version: string): Promise<void> {
    await this.connection.json('DELETE', this.#path(name, version));
  }

  #path(...parts: string[]): string {
    return path(`${this.kind}s`, ...parts);
  }
}
