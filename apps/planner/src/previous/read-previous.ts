import type { Fingerprint } from '@muster/planning';
import type { EntityManager } from 'typeorm';
import { rowOf } from '../database/sql';

/**
 * What planning is told about the past of a cluster, as JSON texts that the database makes and the planning thread reads:
 * here they only pass through.
 */
export interface PreviousRecords {
  /** `SuccessRecord[]` of the graph type. */
  readonly successes: string;
  /** Parts of expected states by digest, each once. */
  readonly states: string;
  /** `[node, host key]` where anything of any graph type succeeded. */
  readonly nodes: string;
}

/** `[definition, node, fingerprint or null, digest of the common part, of the own part, host key, durations]` */
export type SuccessRecord = readonly [
  string,
  string,
  Fingerprint | null,
  string,
  string,
  string | null,
  readonly number[],
];

export async function readPrevious(on: EntityManager, clusterId: string, graphType: string): Promise<PreviousRecords> {
  const row = await rowOf<PreviousRecords>(
    on,
    `WITH mine AS (
       SELECT * FROM planner.last_success WHERE cluster_id = $1 AND graph_type = $2
     ), used AS (
       SELECT common AS digest FROM mine WHERE fingerprint IS NOT NULL
       UNION SELECT own FROM mine WHERE fingerprint IS NOT NULL
     )
     SELECT
       (SELECT coalesce(json_agg(json_build_array(definition, node, fingerprint, common, own, host_key, durations)), '[]')
        FROM mine)::text AS successes,
       (SELECT coalesce(json_object_agg(s.digest, s.content), '{}')
        FROM used u JOIN planner.expected_state s ON s.digest = u.digest)::text AS states,
       (SELECT coalesce(json_agg(DISTINCT jsonb_build_array(node, host_key)), '[]')
        FROM planner.last_success WHERE cluster_id = $1 AND fingerprint IS NOT NULL)::text AS nodes`,
    [clusterId, graphType],
  );
  return row ?? { successes: '[]', states: '{}', nodes: '[]' };
}
