import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type ArtifactDigest,
  type ArtifactStore,
  isDigest,
  missing,
  type PutOptions,
  type StoredArtifact,
} from './artifact-store';
import { measure, verified } from './measured-content';

/** Artifacts as files below a folder that is ours: `ab/cdef...`, and `unfinished/` beside them. */
export class FolderArtifactStore implements ArtifactStore {
  readonly #unfinished: string;

  constructor(private readonly folder: string) {
    this.#unfinished = join(folder, 'unfinished');
  }

  async put(content: Uint8Array | AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredArtifact> {
    await mkdir(this.#unfinished, { recursive: true, mode: 0o700 });
    const unfinished = join(this.#unfinished, randomUUID());
    const measured = measure(content, options);
    const file = await open(unfinished, 'wx', 0o600);
    try {
      try {
        for await (const piece of measured.pieces) await file.writeFile(piece);
        await file.sync();
      } finally {
        await file.close();
      }
      const stored = measured.result();
      const path = this.#path(stored.digest);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(unfinished, path);
      await syncFolder(dirname(path));
      return stored;
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async open(digest: ArtifactDigest): Promise<AsyncIterable<Uint8Array>> {
    if ((await this.size(digest)) === null) throw missing(digest);
    return verified(createReadStream(this.#path(digest), { highWaterMark: 256 * 1024 }), digest);
  }

  async size(digest: ArtifactDigest): Promise<number | null> {
    return isDigest(digest) ? sizeOf(this.#path(digest)) : null;
  }

  async renew(digest: ArtifactDigest): Promise<boolean> {
    if (!isDigest(digest)) return false;
    const now = new Date();
    return utimes(this.#path(digest), now, now).then(
      () => true,
      () => false,
    );
  }

  async delete(digest: ArtifactDigest, olderThanMs: number): Promise<void> {
    if (!isDigest(digest)) return;
    await mkdir(this.#unfinished, { recursive: true, mode: 0o700 });
    // Looked at where nobody else reaches it any more: what was put or renewed meanwhile goes back.
    const aside = join(this.#unfinished, randomUUID());
    if (
      !(await rename(this.#path(digest), aside).then(
        () => true,
        () => false,
      ))
    )
      return;
    if ((await stat(aside)).mtimeMs > Date.now() - olderThanMs) await rename(aside, this.#path(digest));
    else await rm(aside, { force: true });
  }

  async *list(olderThanMs: number): AsyncIterable<StoredArtifact> {
    const before = Date.now() - olderThanMs;
    for (const prefix of (await namesIn(this.folder)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
      for (const rest of await namesIn(join(this.folder, prefix))) {
        const digest = `sha256:${prefix}${rest}`;
        const found = isDigest(digest) ? await stat(this.#path(digest)).catch(() => null) : null;
        if (found && found.mtimeMs <= before) yield { digest, size: found.size };
      }
    }
  }

  async removeUnfinished(olderThanMs: number): Promise<number> {
    const before = Date.now() - olderThanMs;
    let removed = 0;
    for (const name of await namesIn(this.#unfinished)) {
      const path = join(this.#unfinished, name);
      const found = await stat(path).catch(() => null);
      if (!found || found.mtimeMs > before) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  #path(digest: ArtifactDigest): string {
    const hex = digest.slice('sha256:'.length);
    return join(this.folder, hex.slice(0, 2), hex.slice(2));
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.size,
    () => null,
  );
}

/** Otherwise the name may be gone after a power loss although the content is there. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
