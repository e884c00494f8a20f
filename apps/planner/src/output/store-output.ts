import type { TaskOutputMessage } from '@muster/protocol';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** What is kept of one stream of one attempt: as much as the node itself keeps. */
export const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Keeps chunks, whatever came before and however often they come. Beyond the bound nothing is kept; neither is what
 * belongs to no deployment here, or to one whose output was removed. Tells the deployments that have something new.
 */
export async function storeOutput(on: EntityManager, chunks: readonly TaskOutputMessage[]): Promise<readonly string[]> {
  // One statement cannot write a row twice: of what came twice the longer one is kept.
  const byKey = new Map<string, TaskOutputMessage>();
  for (const chunk of chunks) {
    const key = `${chunk.deployment} ${chunk.attempt} ${chunk.stream} ${chunk.offset} ${chunk.task}`;
    if (chunk.offset < OUTPUT_BYTES_MAX && (byKey.get(key)?.data.length ?? -1) < chunk.data.length)
      byKey.set(key, chunk);
  }
  const kept = [...byKey.values()];
  if (kept.length === 0) return [];
  const rows = await rowsOf<{ deployment_id: string }>(
    on,
    `INSERT INTO planner.output_chunk (deployment_id, task, attempt, stream, start, bytes)
     SELECT c.deployment_id, c.task, c.attempt, c.stream, c.start, c.bytes
     FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::int[], $6::bytea[]) AS c (deployment_id, task, attempt, stream, start, bytes)
     WHERE EXISTS (SELECT 1 FROM planner.task t JOIN planner.deployment d ON d.id = t.deployment_id
                   WHERE t.deployment_id = c.deployment_id AND t.task = c.task AND d.output_removed_at IS NULL)
     ON CONFLICT (deployment_id, task, attempt, stream, start) DO UPDATE SET bytes = excluded.bytes
       WHERE length(planner.output_chunk.bytes) < length(excluded.bytes)
     RETURNING deployment_id`,
    [
      kept.map((chunk) => chunk.deployment),
      kept.map((chunk) => chunk.task),
      kept.map((chunk) => chunk.attempt),
      kept.map((chunk) => chunk.stream),
      kept.map((chunk) => chunk.offset),
      kept.map((chunk) => Buffer.from(chunk.data, 'base64')),
    ],
  );
  return [...new Set(rows.map((row) => row.deployment_id))];
}
