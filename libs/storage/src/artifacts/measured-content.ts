import { createHash } from 'node:crypto';
import { ArtifactError, type ArtifactDigest, type PutOptions, type StoredArtifact } from './artifact-store';

/** Content that is measured while it passes. */
export interface MeasuredContent {
  /** To be read once. Fails with `ArtifactError` (`too-large`). */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** After the last piece; fails with `ArtifactError` (`mismatch`). */
  result(): StoredArtifact;
}

/** Passes content on and keeps count of its size and digest. */
export function measure(
  content: Uint8Array | AsyncIterable<Uint8Array>,
  { expect, bytesMax }: PutOptions = {},
): MeasuredContent {
  const hash = createHash('sha256');
  let size = 0;
  async function* pieces(): AsyncIterable<Uint8Array> {
    for await (const piece of content instanceof Uint8Array ? [content] : content) {
      size += piece.length;
      if (bytesMax !== undefined && size > bytesMax) {
        throw new ArtifactError('too-large', `content is larger than the ${bytesMax} bytes that are allowed`);
      }
      hash.update(piece);
      yield piece;
    }
  }
  return {
    pieces: pieces(),
    result: () => {
      const digest = `sha256:${hash.digest('hex')}`;
      if (expect !== undefined && digest !== expect) {
        throw new ArtifactError('mismatch', `content has the digest ${digest}, expected ${expect}`);
      }
      return { digest, size };
    },
  };
}

/** Passes stored content on and fails at its end (`damaged`) unless it is what the digest says. */
export async function* verified(pieces: AsyncIterable<Uint8Array>, digest: ArtifactDigest): AsyncIterable<Uint8Array> {
  const content = measure(pieces);
  yield* content.pieces;
  if (content.result().digest !== digest) throw new ArtifactError('damaged', `artifact ${digest} is damaged`);
}
