import {
  type DeploymentStatus,
  isDeploymentEnd,
  mayGoOn,
  type SecretBox,
  SecretValue,
  type TaskState,
} from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { StartDeployment } from '@muster/protocol';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { hashToken, newToken } from '../identity/token-hash';
import { findNodesWithJumps } from '../nodes/find-nodes';
import { writeOutgoing } from '../outgoing/write-outgoing';
import { moveRecords } from '../previous/insert-records';
import { accessForPlan } from './deployment-nodes';
import { deploymentId, machineIdentities, startCommandOf } from './insert-deployment';
import type { TransactionRow } from './transaction.entity';

export interface ContinueParts {
  readonly secretBox: SecretBox;
  readonly installation: string;
}

/** What is asked of an ended transaction; `tasks` null: all that did not succeed. */
export interface ContinueWish {
  readonly verb: 'resume' | 'retry';
  readonly tasks: readonly string[] | null;
  readonly reason: string | null;
}

/** The last run that executors have accepted. */
interface LastRun {
  readonly id: string;
  readonly graph_index: number;
  readonly state: DeploymentStatus;
  readonly created_at: Date;
  readonly machines: Readonly<Record<string, string>> | null;
  readonly artifacts: readonly string[];
}

/**
 * Goes on with an ended transaction: as a further run of the graph that it ended with, or with its next graph if that one
 * is done. Throws `ProblemsError` with everything that stands in the way. The caller holds the locks of its last
 * deployment and of the transaction. Tells the id of the command to wait for; null: the next graph is planned later.
 */
export async function continueTransaction(
  on: EntityManager,
  parts: ContinueParts,
  row: TransactionRow,
  wish: ContinueWish,
  who: string,
): Promise<string | null> {
  await checkRevision(on, row);
  const last = await lastRun(on, row.id);
  const next = last === null ? 0 : last.graph_index + 1;
  const isDone = last === null || (mayGoOn(last.state) && next < row.graphs.length && wish.tasks === null);
  if (isDone) {
    await rowsOf(
      on,
      "UPDATE planner.transaction SET state = 'running', ended_at = NULL, problems = '[]', stop_asked = NULL, advance_due = true WHERE id = $1 RETURNING 1",
      [row.id],
    );
    return null;
  }
  await checkTasks(on, row, last.id, wish);
  const nodes = await accessForRun(on, row, last);
  return insertRun(on, parts, row, last, { ...wish, who, nodes });
}

async function lastRun(on: EntityManager, transaction: string): Promise<LastRun | null> {
  return rowOf<LastRun>(
    on,
    `SELECT id, graph_index, state, created_at, machines, artifacts FROM planner.deployment
     WHERE transaction_id = $1 AND started_at IS NOT NULL ORDER BY run DESC LIMIT 1`,
    [transaction],
  );
}

async function checkRevision(on: EntityManager, row: TransactionRow): Promise<void> {
  const cluster = await rowOf<{ head_revision: number }>(
    on,
    'SELECT head_revision FROM planner.cluster WHERE id = $1 FOR UPDATE',
    [row.clusterId],
  );
  if (cluster?.head_revision === row.revision) return;
  const summary =
    cluster === null
      ? 'Its cluster is not there any more.'
      : `It is about revision ${row.revision}, and its cluster has revision ${cluster.head_revision} since.`;
  throw new ProblemsError([cannot(row, summary)]);
}

async function checkTasks(
  on: EntityManager,
  row: TransactionRow,
  deployment: string,
  { verb, tasks }: ContinueWish,
): Promise<void> {
  const rows = await rowsOf<{ task: string; state: TaskState }>(
    on,
    `SELECT task, state FROM planner.task WHERE deployment_id = $1
     AND CASE WHEN $2::text[] IS NULL THEN state NOT IN ('succeeded', 'skipped') ELSE task = ANY($2) END`,
    [deployment, tasks],
  );
  if (tasks === null) {
    if (rows.length === 0)
      throw new ProblemsError([cannot(row, `All its tasks are done; there is nothing to ${verb}.`)]);
    return;
  }
  const states = new Map(rows.map(({ task, state }) => [task, state]));
  const problems = tasks.flatMap((task): Problem[] => {
    const state = states.get(task);
    if (state === undefined)
      return [
        problem('API_NOT_FOUND', { subject: `task ${task}`, summary: 'The graph that ran last has no such task.' }),
      ];
    if (state !== 'succeeded') return [];
    return [problem('CONTROL_NOT_POSSIBLE', { subject: `task ${task}`, summary: 'It has succeeded.', remedy: DEPLOY })];
  });
  if (problems.length > 0) throw new ProblemsError(problems);
}

/** How the run's machines are reached now; refused where they are not the ones that it left, or were used since. */
async function accessForRun(on: EntityManager, row: TransactionRow, last: LastRun): Promise<StartDeployment['nodes']> {
  if (last.machines === null)
    throw new ProblemsError([cannot(row, 'It was begun by a version that kept too little of it.')]);
  const names = Object.keys(last.machines);
  const plan = { cluster: row.cluster, machines: names, needsMaster: false, master: null, denied: [], unready: [] };
  const nodes = accessForPlan(plan, await findNodesWithJumps(on, row.project, names));
  const now = machineIdentities(names, nodes);
  const replaced = names.filter((name) => now[name] !== last.machines?.[name]);
  const used = await rowsOf<{ name: string; transaction_id: string; who: string; project: string }>(
    on,
    `SELECT DISTINCT ON (m.name) m.name, d.transaction_id, t.who, t.project
     FROM jsonb_each_text($1::jsonb) AS m (name, machine)
     JOIN planner.deployment d ON d.transaction_id <> $2 AND d.created_at > $3 AND d.started_at IS NOT NULL
     JOIN planner.transaction t ON t.id = d.transaction_id
     WHERE EXISTS (SELECT 1 FROM jsonb_each_text(d.machines) AS o (name, machine) WHERE o.machine = m.machine)
       AND t.options->>'noop' IS DISTINCT FROM 'true'
     ORDER BY m.name, d.created_at`,
    [JSON.stringify(last.machines), row.id, last.created_at],
  );
  const problems = [
    ...replaced.map((name) => notAsLeft(name, 'It is another machine since: its host key has changed.')),
    ...used.map(({ name, transaction_id, who, project }) => {
      const by =
        project === row.project ? `Transaction ${transaction_id} (${who})` : 'A transaction of another project';
      return notAsLeft(name, `${by} has used it since.`);
    }),
  ];
  if (problems.length > 0) throw new ProblemsError(problems);
  return nodes;
}

async function insertRun(
  on: EntityManager,
  { secretBox, installation }: ContinueParts,
  row: TransactionRow,
  last: LastRun,
  { tasks, reason, who, nodes }: ContinueWish & { readonly who: string; readonly nodes: StartDeployment['nodes'] },
): Promise<string> {
  const run = row.runs + 1;
  const id = deploymentId(row.id, run);
  const token = newToken();
  await rowsOf(
    on,
    `INSERT INTO planner.deployment (id, transaction_id, run, graph_index, graph_type, release, digest, expected_ms, state,
       artifact_token_hash, artifacts, requires, node_marks, machines, works_on, continues, who, why)
     SELECT $2, transaction_id, $3, graph_index, graph_type, release, digest, expected_ms, 'pending',
       $4, artifacts, requires, node_marks, machines, works_on, id, $5, $6
     FROM planner.deployment WHERE id = $1`,
    [last.id, id, run, hashToken(token), who, reason],
  );
  await rowsOf(
    on,
    // Which others begin anew with chosen ones is told by the executor, who knows what kept what from running.
    `INSERT INTO planner.task (deployment_id, task, state, attempts, exit_code, started_at, ended_at, reason, summary)
     SELECT $2, task, CASE WHEN stays THEN state ELSE 'waiting' END, attempts, CASE WHEN stays THEN exit_code END,
       CASE WHEN stays THEN started_at END, CASE WHEN stays THEN ended_at END, CASE WHEN stays THEN reason END,
       CASE WHEN stays THEN summary END
     FROM (SELECT *, CASE WHEN $3::text[] IS NULL THEN state IN ('succeeded', 'skipped') ELSE task <> ALL ($3) END AS stays
           FROM planner.task WHERE deployment_id = $1) AS earlier`,
    [last.id, id, tasks],
  );
  await moveRecords(on, last.id, id);
  await rowsOf(
    on,
    `UPDATE planner.transaction SET state = 'pending', ended_at = NULL, problems = '[]', stop_asked = NULL, advance_due = false, runs = $2
     WHERE id = $1 RETURNING 1`,
    [row.id, run],
  );
  const body: StartDeployment = {
    deployment: id,
    transaction: row.id,
    run,
    project: row.project,
    cluster: row.cluster,
    installation,
    graph: { kind: 'earlier', deployment: last.id, tasks: tasks === null ? null : [...tasks] },
    nodes,
    // Their sizes are of no account where they are fetched by digest.
    artifacts: last.artifacts.map((digest) => ({ digest, size: 0 })),
    artifactToken: secretBox.seal(new SecretValue(token)),
    noop: row.options.noop,
    final: last.graph_index + 1 >= row.graphs.length,
    who,
    why: reason,
  };
  await writeOutgoing(on, startCommandOf(id), id, { kind: 'start', body });
  return startCommandOf(id);
}

const DEPLOY = 'Plan and deploy the cluster anew: what has not changed since it succeeded is not run again.';

function cannot({ id, state }: TransactionRow, summary: string): Problem {
  const how = isDeploymentEnd(state) ? ` It has ended (${state}).` : '';
  return problem('CONTROL_NOT_POSSIBLE', { subject: `transaction ${id}`, summary: `${summary}${how}`, remedy: DEPLOY });
}

function notAsLeft(name: string, summary: string): Problem {
  return problem('CONTROL_NOT_POSSIBLE', { subject: `node ${name}`, summary, remedy: DEPLOY });
}
