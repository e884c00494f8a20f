import { randomUUID } from 'node:crypto';
import { invariant } from '@muster/problems';
import type { Pool } from 'pg';
import {
  type ArtifactDigest,
  type ArtifactStore,
  isDigest,
  missing,
  type PutOptions,
  type StoredArtifact,
} from './artifact-store';
import { measure, verified } from './measured-content';

const CHUNK_BYTES = 512 * 1024;

/**
 * Artifacts as chunks in the database: nothing else to run and to back up. Tables: `createArtifactTables`.
 * A put takes a statement per chunk and no long transaction.
 */
export class PostgresArtifactStore implements ArtifactStore {
  constructor(
    private readonly pool: Pool,
    private readonly schema: string,
  ) {
    invariant(/^[a-z][a-z0-9_]*$/.test(schema), `${schema} can be a schema's name`);
  }

  async put(content: Uint8Array | AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredArtifact> {
    const upload = randomUUID();
    const measured = measure(content, options);
    await this.pool.query(`INSERT INTO ${this.schema}.artifact_upload (id) VALUES ($1)`, [upload]);
    try {
      let number = 0;
      for await (const chunk of inChunks(measured.pieces)) {
        await this.pool.query(`INSERT INTO ${this.schema}.artifact_chunk (upload, number, bytes) VALUES ($1, $2, $3)`, [
          upload,
          number,
          chunk,
        ]);
        number += 1;
      }
      const stored = measured.result();
      const { rows } = await this.pool.query<{ upload: string }>(
        `INSERT INTO ${this.schema}.artifact (digest, size, upload) VALUES ($1, $2, $3) ON CONFLICT (digest)
           DO UPDATE SET stored_at = clock_timestamp() RETURNING upload`,
        [stored.digest, stored.size, upload],
      );
      if (rows[0]?.upload !== upload) await this.#removeUpload(upload);
      return stored;
    } catch (error) {
      await this.#removeUpload(upload).catch(() => undefined);
      throw error;
    }
  }

  async open(digest: ArtifactDigest): Promise<AsyncIterable<Uint8Array>> {
    const upload = await this.#uploadOf(digest);
    if (upload === null) throw missing(digest);
    return verified(this.#chunks(upload), digest);
  }

  async size(digest: ArtifactDigest): Promise<number | null> {
    if (!isDigest(digest)) return null;
    const { rows } = await this.pool.query<{ size: string }>(
      `SELECT size FROM ${this.schema}.artifact WHERE digest = $1`,
      [digest],
    );
    return rows[0] ? Number(rows[0].size) : null;
  }

  async renew(digest: ArtifactDigest): Promise<boolean> {
    if (!isDigest(digest)) return false;
    const { rowCount } = await this.pool.query(
      `UPDATE ${this.schema}.artifact SET stored_at = clock_timestamp() WHERE digest = $1`,
      [digest],
    );
    return rowCount === 1;
  }

  async delete(digest: ArtifactDigest, olderThanMs: number): Promise<void> {
    if (!isDigest(digest)) return;
    // The row first, under its lock: a put that finds it gone stores the content anew.
    await this.pool.query(
      `WITH gone AS (
         DELETE FROM ${this.schema}.artifact
          WHERE digest = $1 AND stored_at <= clock_timestamp() - $2 * interval '1 millisecond' RETURNING upload)
       DELETE FROM ${this.schema}.artifact_upload WHERE id IN (SELECT upload FROM gone)`,
      [digest, olderThanMs],
    );
  }

  async *list(olderThanMs: number): AsyncIterable<StoredArtifact> {
    let after = '';
    for (;;) {
      const { rows } = await this.pool.query<{ digest: string; size: string }>(
        `SELECT digest, size FROM ${this.schema}.artifact
          WHERE digest > $1 AND stored_at <= clock_timestamp() - $2 * interval '1 millisecond' ORDER BY digest LIMIT 500`,
        [after, olderThanMs],
      );
      for (const { digest, size } of rows) yield { digest, size: Number(size) };
      const last = rows.at(-1);
      if (!last) return;
      after = last.digest;
    }
  }

  async removeUnfinished(olderThanMs: number): Promise<number> {
    const { rowCount } = await this.pool.query(
      `DELETE FROM ${this.schema}.artifact_upload AS upload
        WHERE begun_at <= now() - $1 * interval '1 millisecond'
          AND NOT EXISTS (SELECT FROM ${this.schema}.artifact WHERE artifact.upload = upload.id)`,
      [olderThanMs],
    );
    return rowCount ?? 0;
  }

  async *#chunks(upload: string): AsyncIterable<Uint8Array> {
    for (let number = 0; ; number += 1) {
      const { rows } = await this.pool.query<{ bytes: Buffer }>(
        `SELECT bytes FROM ${this.schema}.artifact_chunk WHERE upload = $1 AND number = $2`,
        [upload, number],
      );
      if (!rows[0]) return;
      yield rows[0].bytes;
    }
  }

  async #uploadOf(digest: ArtifactDigest): Promise<string | null> {
    if (!isDigest(digest)) return null;
    const { rows } = await this.pool.query<{ upload: string }>(
      `SELECT upload FROM ${this.schema}.artifact WHERE digest = $1`,
      [digest],
    );
    return rows[0]?.upload ?? null;
  }

  /** The artifact's row and the chunks go with it. */
  async #removeUpload(upload: string): Promise<void> {
    await this.pool.query(`DELETE FROM ${this.schema}.artifact_upload WHERE id = $1`, [upload]);
  }
}

/** Joins and cuts pieces so that each chunk but the last has the same size. */
async function* inChunks(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length;) {
      const part = piece.subarray(from, from + CHUNK_BYTES - size);
      waiting.push(part);
      size += part.length;
      from += part.length;
      if (size < CHUNK_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(waiting);
}
