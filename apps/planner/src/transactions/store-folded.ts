import { storableJson, storableText } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { partsOf, rowsOf } from '../database/sql';
import type { AttemptChange, CarriedEnd, FoldedEvents, TaskChange } from './fold-events';

/** What the events of one deployment come to. */
export interface FoldedRun {
  readonly deployment: string;
  readonly folded: FoldedEvents;
}

/** Writes what batches changed of tasks and attempts: one statement per table, unless there are very many rows. */
export async function storeFolded(on: EntityManager, runs: readonly FoldedRun[]): Promise<void> {
  for (const { deployment, folded } of runs) await storeCarried(on, deployment, folded.carried);
  const tasks = runs.flatMap(({ deployment, folded }) =>
    [...folded.tasks].map(([task, change]) => ({ deployment, task, change })),
  );
  for (const part of partsOf(tasks)) await storeTasks(on, part);
  const attempts = runs.flatMap(({ deployment, folded }) =>
    folded.attempts.map((change) => ({ deployment, ...change })),
  );
  for (const part of partsOf(attempts)) await storeAttempts(on, part);
}

/** What an earlier run ended keeps its times and reason. */
async function storeCarried(on: EntityManager, deployment: string, carried: readonly CarriedEnd[]): Promise<void> {
  for (const part of partsOf(carried)) await storeCarriedPart(on, deployment, part);
}

async function storeCarriedPart(on: EntityManager, deployment: string, carried: readonly CarriedEnd[]): Promise<void> {
  await rowsOf(
    on,
    `UPDATE planner.task AS t SET state = c.state, attempts = e.attempts, exit_code = e.exit_code,
       started_at = e.started_at, ended_at = e.ended_at, reason = e.reason, summary = e.summary
     FROM unnest($2::text[], $3::text[]) AS c (task, state), planner.deployment d, planner.task e
     WHERE d.id = $1 AND e.deployment_id = d.continues AND e.task = c.task AND t.deployment_id = d.id AND t.task = c.task
     RETURNING 1`,
    [deployment, carried.map(({ task }) => task), carried.map(({ state }) => state)],
  );
}

async function storeTasks(
  on: EntityManager,
  changes: readonly { readonly deployment: string; readonly task: string; readonly change: TaskChange }[],
): Promise<void> {
  // Each is looked up by the key, whatever the database takes the table to be: it would read all of it for a few. Nobody
  // else writes tasks without the deployment's lock, so a row stays where it was found.
  const values: readonly TaskChange[] = changes.map(({ change }) => change);
  await rowsOf(
    on,
    `UPDATE planner.task AS t SET
       state = coalesce(c.state, t.state),
       attempts = coalesce(c.attempts, t.attempts),
       exit_code = CASE WHEN c.exit_told THEN c.exit_code ELSE t.exit_code END,
       started_at = CASE WHEN c.reopened THEN c.started_at ELSE coalesce(t.started_at, c.started_at) END,
       ended_at = CASE WHEN c.reopened THEN c.ended_at ELSE coalesce(c.ended_at, t.ended_at) END,
       reason = CASE WHEN c.reason_told THEN c.reason ELSE t.reason END,
       summary = CASE WHEN c.exit_told THEN c.summary ELSE t.summary END,
       skip_asked = CASE WHEN c.reopened THEN c.skip_asked WHEN coalesce(c.state_then, t.state) IN ('waiting', 'ready', 'lost')
         THEN coalesce(c.skip_asked, t.skip_asked) ELSE t.skip_asked END
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bool[], $6::int[], $7::timestamptz[], $8::timestamptz[], $9::bool[], $10::text[], $11::text[], $12::text[], $13::bool[], $14::text[])
       AS c (deployment_id, task, state, attempts, exit_told, exit_code, started_at, ended_at, reason_told, reason, skip_asked, state_then, reopened, summary)
       CROSS JOIN LATERAL (
         SELECT ctid AS row FROM planner.task AS i WHERE i.deployment_id = c.deployment_id AND i.task = c.task LIMIT 1) AS found
     WHERE t.ctid = found.row`,
    [
      changes.map(({ deployment }) => deployment),
      changes.map(({ task }) => task),
      values.map((change) => change.state ?? null),
      values.map((change) => change.attempts ?? null),
      values.map((change) => change.exitCode !== undefined),
      values.map((change) => change.exitCode ?? null),
      values.map((change) => time(change.startedAt)),
      values.map((change) => time(change.endedAt)),
      values.map((change) => change.reason !== undefined),
      values.map((change) => (typeof change.reason === 'string' ? storableText(change.reason) : null)),
      values.map(({ skipAsked }) => (skipAsked === undefined ? null : storableText(skipAsked.by))),
      values.map(({ skipAsked }) => skipAsked?.state ?? null),
      values.map((change) => change.reopened ?? false),
      values.map((change) => (typeof change.summary === 'string' ? storableText(change.summary) : null)),
    ],
  );
}

async function storeAttempts(
  on: EntityManager,
  changes: readonly (AttemptChange & { readonly deployment: string })[],
): Promise<void> {
  await rowsOf(
    on,
    `INSERT INTO planner.attempt AS a (deployment_id, task, attempt, started_at, ended_at, result, executor)
     SELECT c.deployment_id, c.task, c.attempt, coalesce(c.started_at, c.ended_at), c.ended_at, c.result, coalesce(c.executor, d.executor)
     FROM unnest($1::uuid[], $2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::jsonb[], $7::text[])
            AS c (deployment_id, task, attempt, started_at, ended_at, result, executor)
       JOIN planner.deployment d ON d.id = c.deployment_id
     ON CONFLICT (deployment_id, task, attempt) DO UPDATE
       SET ended_at = coalesce(excluded.ended_at, a.ended_at), result = coalesce(excluded.result, a.result)`,
    [
      changes.map(({ deployment }) => deployment),
      changes.map((change) => change.task),
      changes.map((change) => change.attempt),
      changes.map((change) => time(change.startedAt)),
      changes.map((change) => time(change.endedAt)),
      changes.map((change) => (change.result === undefined ? null : storableJson(change.result))),
      changes.map((change) => change.executor ?? null),
    ],
  );
}

function time(at: number | undefined): Date | null {
  return at === undefined ? null : new Date(at);
}
