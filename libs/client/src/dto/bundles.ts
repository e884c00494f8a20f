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
}

/** As `BundleSummary`, with everything parsed from it. */
export interface BundleView extends BundleSummary {
  readonly content: JsonObject;
}
