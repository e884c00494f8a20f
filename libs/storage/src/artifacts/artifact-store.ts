/** Content addressed by its SHA-256: `sha256:` and 64 hex digits. */
export type ArtifactDigest = string;

export interface StoredArtifact {
  readonly digest: ArtifactDigest;
  /** Bytes. */
  readonly size: number;
}

export interface PutOptions {
  /** Refused (`mismatch`) unless the content has this digest: for content that was fetched. */
  readonly expect?: ArtifactDigest;
  /** Refused (`too-large`) beyond it, before more is read. */
  readonly bytesMax?: number;
}

/** Where content is kept by digest. Several processes may use one store at once. */
export interface ArtifactStore {
  /** Stores content; cheap if it is there already. Nothing is visible before all of it is. Fails with `ArtifactError`. */
  put(content: Uint8Array | AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredArtifact>;

  /** The content, in pieces of no particular size. Fails with `ArtifactError`: `missing` at once, `damaged` at its end. */
  open(digest: ArtifactDigest): Promise<AsyncIterable<Uint8Array>>;

  /** Size in bytes; null if it is not there. */
  size(digest: ArtifactDigest): Promise<number | null>;

  /** As if it were put again now, so that retention leaves it alone for a while; false if it is not there. */
  renew(digest: ArtifactDigest): Promise<boolean>;

  /**
   * Removes it unless it was put or renewed within `olderThanMs`; nothing happens if it is not there. The caller knows
   * that nobody who put or renewed it longer ago still needs it.
   */
  delete(digest: ArtifactDigest, olderThanMs: number): Promise<void>;

  /** Everything that is there and older than `olderThanMs`: for retention, which deletes what nothing refers to. */
  list(olderThanMs: number): AsyncIterable<StoredArtifact>;

  /** Removes what puts that never finished have left, older than `olderThanMs`. Gives how many. */
  removeUnfinished(olderThanMs: number): Promise<number>;
}

/** Why content could not be stored or read. */
export type ArtifactFailure = 'missing' | 'damaged' | 'mismatch' | 'too-large';

export class ArtifactError extends Error {
  constructor(
    readonly failure: ArtifactFailure,
    text: string,
  ) {
    super(text);
    this.name = 'ArtifactError';
  }
}

const DIGEST_PATTERN = /^sha256:[0-9a-f]{64}$/;

/** True for something that can be a digest; anything else is missing by nature and never becomes a path. */
export function isDigest(text: string): boolean {
  return DIGEST_PATTERN.test(text);
}

/** The failure of a digest that is not there. */
export function missing(digest: string): ArtifactError {
  return new ArtifactError('missing', `there is no artifact ${digest}`);
}
