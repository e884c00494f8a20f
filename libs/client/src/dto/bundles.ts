import type { JsonObject } from '@muster/model';
import type { Problem } from '@muster/problems';

/** What publishing answers; `problems` holds warnings only. */
export interface PublishedBundle {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly problems: readonly Problem[];
}

/** A published release or plugin as lists show it. */
export interface BundleSummary {
  readonly name: string;
  readonly version: string;
  readonly title: string | null;
  readonly digest: string;
  /** ISO 8601 UTC. */
  readonly publishedAt: string;
  readonly publishedBy: string;
  /** Since when it is not offered for new clusters; null: it is. */
  readonly retiredAt: string | null;
}

/** What of the published bundles is listed; absent: all. */
export interface BundleFilter {
  readonly name?: string;
  /** Part of name or title. */
  readonly search?: string;
  readonly retired?: boolean;
  /** Plugins: those that fit this release, `name@version`. */
  readonly fits?: string;
}

/** As `BundleSummary`, with everything parsed from it, and who uses it. */
export interface BundleView extends BundleSummary {
  readonly retiredBy: string | null;
  readonly retiredWhy: string | null;
  /** The archive as it was published; null: it was not kept. */
  readonly archive: { readonly digest: string; readonly size: number } | null;
  readonly clusters: readonly { readonly cluster: string; readonly revisions: readonly number[] }[];
  readonly content: JsonObject;
}
