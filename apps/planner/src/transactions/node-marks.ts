import {
  type DeploymentStatus,
  isJsonObject,
  type Json,
  type JsonObject,
  MASTER,
  type Plan,
  SYNC_POINT,
} from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** What a graph's metadata writes to the nodes that took part, once its deployment has ended. */
export interface NodeMarks {
  /** Places of tasks that were to run or were left out for a reason of their own, and the machines that they are. */
  readonly places: readonly (readonly [place: string, machine: string])[];
  /** Attributes by outcome; empty: none. */
  readonly succeeded: JsonObject;
  readonly failed: JsonObject;
  readonly stopped: JsonObject;
}

/** What a node's attributes may come to, in characters of JSON; what goes beyond is not written. */
const ATTRIBUTES_CHARS_MAX = 16_384;

/** Null: the graph's metadata writes nothing. */
export function nodeMarks({ tasks, master }: Plan, metadata: JsonObject): NodeMarks | null {
  const succeeded = attributesOf(metadata['on_success']);
  const failed = attributesOf(metadata['on_error']);
  const stopped = attributesOf(metadata['on_stop']);
  if ([succeeded, failed, stopped].every((each) => Object.keys(each).length === 0)) return null;
  const places = new Set(tasks.filter(({ reason }) => reason.code !== 'not-selected').map(({ node }) => node));
  places.delete(SYNC_POINT);
  const machineOf = (place: string): string => (place === MASTER ? (master ?? place) : place);
  return { places: [...places].map((place) => [place, machineOf(place)] as const), succeeded, failed, stopped };
}

function attributesOf(outcome: Json | undefined): JsonObject {
  const attributes = isJsonObject(outcome) ? outcome['node_attributes'] : undefined;
  return isJsonObject(attributes) ? attributes : {};
}

/**
 * Marks the nodes of an ended deployment: as succeeded where all tasks did or were skipped, as failed where one failed, and
 * where neither is so as stopped, if the deployment was stopped or cancelled. One statement.
 */
export async function markNodes(
  on: EntityManager,
  deployment: string,
  project: string,
  state: DeploymentStatus,
  { places, succeeded, failed, stopped }: NodeMarks,
): Promise<void> {
  await rowsOf(
    on,
    `WITH told AS (
       SELECT p.machine, bool_and(t.state IN ('succeeded', 'skipped')) AS succeeded, bool_or(t.state IN ('failed', 'lost')) AS failed
       FROM planner.task t
       JOIN unnest($3::text[], $4::text[]) AS p (place, machine) ON p.place = regexp_replace(t.task, '^.*@', '')
       WHERE t.deployment_id = $1
       GROUP BY p.machine
     ), marked AS (
       SELECT n.id, n.attributes || CASE WHEN told.succeeded THEN $5::jsonb WHEN told.failed THEN $6::jsonb
         WHEN $8::bool THEN $7::jsonb ELSE '{}' END AS attributes
       FROM told JOIN planner.node n ON n.project = $2 AND n.name = told.machine
     )
     UPDATE planner.node AS n SET attributes = m.attributes FROM marked m
     WHERE n.id = m.id AND n.attributes <> m.attributes AND length(m.attributes::text) <= ${ATTRIBUTES_CHARS_MAX}
     RETURNING 1`,
    [
      deployment,
      project,
      places.map(([place]) => place),
      places.map(([, machine]) => machine),
      JSON.stringify(succeeded),
      JSON.stringify(failed),
      JSON.stringify(stopped),
      state === 'stopped' || state === 'cancelled',
    ],
  );
}
