import { promisify } from 'node:util';
import { constants, gunzipSync, gzip } from 'node:zlib';
import type { Fingerprint } from '@muster/planning';
import { invariant } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf, rowsInParts } from '../database/sql';

const squeeze = promisify(gzip);

/**
 * What planning is told about the past of a cluster, as JSON texts that the database makes and the planning thread reads:
 * here they only pass through.
 */
export interface PreviousRecords {
  /** `SuccessRecord[]` of the graph type, in parts, each gzipped: of 100,000 tasks they are 23 MB, wanted by two threads. */
  readonly successes: readonly Uint8Array[];
  /** Parts of expected states by digest, each once. */
  readonly states: string;
  /** `[node, host key]` where anything of any graph type succeeded. */
  readonly nodes: string;
  /** Nodes where something succeeded in deployments that began before successes were recorded. */
  readonly unrecorded: string;
  /** Milliseconds by definition, of those that never succeeded in this cluster, but in others of the release. */
  readonly elsewhere: string;
}

/** Whose past is asked for. */
export interface PreviousSubject {
  readonly project: string;
  readonly clusterId: string;
  readonly graphType: string;
  /** Name of the release. */
  readonly release: string;
  /** Ids of what the graph defines. */
  readonly definitions: readonly string[];
}

/** Successes of other clusters that are looked at per definition. */
const ELSEWHERE_MAX = 20;

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

/** The records of `PreviousRecords.successes`; only those of one part are in memory at once. */
export function* successRecords(successes: readonly Uint8Array[]): Generator<SuccessRecord> {
  for (const part of successes) yield* JSON.parse(gunzipSync(part).toString()) as SuccessRecord[];
}

/** Cost: proportional to what succeeded in the cluster; of other clusters only a few rows per definition are looked at. */
export async function readPrevious(database: DataSource, subject: PreviousSubject): Promise<PreviousRecords> {
  return database.transaction('REPEATABLE READ', async (manager) => ({
    ...(await readRest(manager, subject)),
    successes: await readSuccesses(manager, subject),
  }));
}

async function readSuccesses(on: EntityManager, { clusterId, graphType }: PreviousSubject): Promise<Uint8Array[]> {
  const packed: Uint8Array[] = [];
  const parts = rowsInParts<{ record: string }>(
    on,
    `SELECT json_build_array(definition, node, fingerprint, common, own, host_key, durations)::text AS record
     FROM planner.last_success WHERE cluster_id = $1 AND graph_type = $2`,
    [clusterId, graphType],
  );
  for await (const rows of parts) {
    const text = `[${rows.map(({ record }) => record).join(',')}]`;
    packed.push(await squeeze(text, { level: constants.Z_BEST_SPEED }));
  }
  return packed;
}

async function readRest(
  on: EntityManager,
  { project, clusterId, graphType, release, definitions }: PreviousSubject,
): Promise<Omit<PreviousRecords, 'successes'>> {
  const row = await rowOf<Omit<PreviousRecords, 'successes'>>(
    on,
    `WITH mine AS (
       SELECT * FROM planner.last_success WHERE cluster_id = $1 AND graph_type = $2
     ), used AS (
       SELECT common AS digest FROM mine WHERE fingerprint IS NOT NULL
       UNION SELECT own FROM mine WHERE fingerprint IS NOT NULL
     ), elsewhere AS (
       SELECT d.definition, percentile_disc(0.5) WITHIN GROUP (ORDER BY o.ms) AS ms
       FROM unnest($3::text[]) AS d (definition)
       JOIN LATERAL (
         SELECT s.durations[1] AS ms FROM planner.last_success s JOIN planner.cluster c ON c.id = s.cluster_id AND c.project = $4
         WHERE s.release = $5 AND s.graph_type = $2 AND s.definition = d.definition AND s.durations <> '{}' LIMIT ${ELSEWHERE_MAX}
       ) o ON true
       WHERE NOT EXISTS (SELECT 1 FROM mine m WHERE m.definition = d.definition AND m.durations <> '{}')
       GROUP BY d.definition
     )
     SELECT
       (SELECT coalesce(json_object_agg(s.digest, s.content), '{}')
        FROM used u JOIN planner.expected_state s ON s.digest = u.digest)::text AS states,
       (SELECT coalesce(json_agg(DISTINCT jsonb_build_array(node, host_key)), '[]')
        FROM planner.last_success WHERE cluster_id = $1 AND fingerprint IS NOT NULL)::text AS nodes,
       (SELECT coalesce(json_agg(DISTINCT substring(t.task from '[^@]*$')), '[]')
        FROM planner.transaction x JOIN planner.deployment d ON d.transaction_id = x.id AND d.release = ''
        JOIN planner.task t ON t.deployment_id = d.id AND t.state = 'succeeded'
        WHERE x.cluster_id = $1 AND x.options->>'noop' IS DISTINCT FROM 'true')::text AS unrecorded,
       (SELECT coalesce(json_object_agg(definition, ms), '{}') FROM elsewhere)::text AS elsewhere`,
    [clusterId, graphType, definitions, project, release],
  );
  invariant(row, 'a statement without a table gives a row');
  return row;
}
