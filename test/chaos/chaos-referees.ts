import type { DeploymentEvent } from '@muster/model';
import type { Client } from 'pg';
import { foldEvents } from '../../apps/planner/src/transactions/fold-events';
import type { JournalLine } from './chaos-cluster';
import { STEADY } from './chaos-cluster';

/** What the stores of both services say of a transaction. */
export interface Records {
  readonly deployment: string;
  readonly state: string;
  /** State by task, as the planner shows it. */
  readonly tasks: Readonly<Record<string, string>>;
  readonly epoch: number;
  readonly log: readonly DeploymentEvent[];
  readonly plannerSeq: number;
  /** Feed events of the transaction in the order of their numbers. */
  readonly feed: readonly FedEvent[];
  readonly attempts: readonly { readonly task: string; readonly attempt: number; readonly result: unknown }[];
}

interface FedEvent {
  readonly type: string;
  readonly task: string | null;
  readonly attempt: number | null;
}

export async function readRecords(client: Client, transaction: string): Promise<Records> {
  const rows = async <Row>(sql: string, values: unknown[]): Promise<Row[]> =>
    (await client.query(sql, values)).rows as Row[];
  const [deployment] = await rows<{ id: string; last_seq: number; state: string }>(
    `SELECT d.id, d.last_seq, t.state FROM planner.deployment d JOIN planner.transaction t ON t.id = d.transaction_id WHERE t.id = $1`,
    [transaction],
  );
  if (!deployment) throw new Error(`the planner has no deployment of ${transaction}`);
  const { id } = deployment;
  const tasks = await rows<{ task: string; state: string }>(
    `SELECT task, state FROM planner.task WHERE deployment_id = $1`,
    [id],
  );
  const [owned] = await rows<{ epoch: number }>(`SELECT epoch FROM executor.deployment WHERE id = $1`, [id]);
  const log = await rows<{ body: DeploymentEvent }>(
    `SELECT body FROM executor.event WHERE deployment_id = $1 ORDER BY seq`,
    [id],
  );
  const feed = await rows<FedEvent>(
    `SELECT type, subject->>'task' AS task, (data->>'attempt')::int AS attempt FROM planner.feed_event
      WHERE transaction_id = $1 AND subject->>'deployment' = $2 ORDER BY number, recorded_at, position`,
    [transaction, id],
  );
  const attempts = await rows<{ task: string; attempt: number; result: unknown }>(
    `SELECT task, attempt, result FROM planner.attempt WHERE deployment_id = $1`,
    [id],
  );
  return {
    deployment: id,
    state: deployment.state,
    tasks: Object.fromEntries(tasks.map(({ task, state }) => [task, state])),
    epoch: owned?.epoch ?? 0,
    log: log.map(({ body }) => body),
    plannerSeq: deployment.last_seq,
    feed,
    attempts,
  };
}

/** What must never be, whatever was killed. Empty when all is as it has to be. */
export function objections(records: Records, journal: readonly JournalLine[], undisturbed: Records): string[] {
  return [...judgeStates(records, undisturbed), ...judgeJournal(records, journal), ...judgeEvents(records)];
}

function judgeStates(records: Records, undisturbed: Records): string[] {
  const found: string[] = [];
  if (records.state !== undisturbed.state)
    found.push(`the transaction ended as ${records.state}, not ${undisturbed.state}`);
  for (const [task, state] of Object.entries(undisturbed.tasks))
    if (records.tasks[task] !== state) found.push(`${task} is ${records.tasks[task]}, and ${state} when undisturbed`);
  return found;
}

function judgeJournal({ log, tasks }: Records, journal: readonly JournalLine[]): string[] {
  const found: string[] = [];
  const begun = new Map<string, JournalLine>();
  for (const line of journal.filter(({ what }) => what === 'begin')) {
    const before = begun.get(line.attempt);
    if (before) found.push(`attempt ${line.attempt} of ${line.task} began twice: pids ${before.pid}, ${line.pid}`);
    begun.set(line.attempt, line);
  }
  const ended = new Set(journal.filter(({ what }) => what === 'end').map(({ task }) => task));
  for (const [task, state] of Object.entries(tasks))
    if (state === 'succeeded' && !ended.has(task))
      found.push(`${task} succeeded, but no command of it came to its end`);
  const started = new Set(
    log.flatMap((event) => (event.type === 'attempt-started' ? [`${event.task}#${event.attempt}`] : [])),
  );
  for (const line of begun.values())
    if (!started.has(`${line.task}#${line.attempt.split('.').at(-1)}`))
      found.push(`${line.attempt} runs, but was never stored as started`);
  // Where nothing is rebooted a command ends before the next begins. (A cut link ends none.)
  for (let host = 1; host <= STEADY; host++) {
    let open: JournalLine | null = null;
    for (const line of journal.filter((each) => each.host === `host${host}`)) {
      if (line.what === 'begin' && open) found.push(`${line.task} began beside ${open.task} on host${host}`);
      open = line.what === 'begin' ? line : null;
    }
  }
  return found;
}

function judgeEvents({ log, plannerSeq, feed, attempts, deployment }: Records): string[] {
  const found: string[] = [];
  log.forEach(({ seq }, index) => {
    if (seq !== index + 1) found.push(`the log has ${seq} as number ${index + 1}`);
  });
  if (plannerSeq !== log.length) found.push(`the planner has heard ${plannerSeq} of ${log.length} events`);
  const told = foldEvents({ transaction: '', deployment, cluster: '' }, log).feed.map(({ type, subject, data }) =>
    describe({
      type,
      task: subject.task ?? null,
      attempt: typeof data['attempt'] === 'number' ? data['attempt'] : null,
    }),
  );
  const fed = feed.map(describe);
  const first = told.findIndex((each, index) => fed[index] !== each);
  if (first >= 0 || fed.length !== told.length)
    found.push(
      `the feed has ${fed.length} events for ${told.length}; the first that differs: ${fed[first]} for ${told[first]}`,
    );
  const tried = log.filter(({ type }) => type === 'attempt-started').length;
  if (attempts.length !== tried) found.push(`the planner keeps ${attempts.length} attempts of ${tried}`);
  const open = attempts.filter(({ result }) => result === null);
  if (open.length > 0) found.push(`${open.length} attempts have no end at the planner`);
  return found;
}

function describe({ type, task, attempt }: FedEvent): string {
  return [type, task, attempt].filter((each) => each !== null).join(' ');
}
