import type { BundleKind } from '@muster/model';
import type { Connection } from './connection';
import type { BundleSummary, BundleView, PublishedBundle } from './dto';
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

  list(): AsyncGenerator<BundleSummary> {
    return allPages(this.connection, this.#path());
  }

  get(name: string, version: string): Promise<BundleView> {
    return this.connection.json('GET', this.#path(name, version));
  }

  #path(...parts: string[]): string {
    return path(`${this.kind}s`, ...parts);
  }
}
