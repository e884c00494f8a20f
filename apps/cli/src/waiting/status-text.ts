import type { TransactionStatus } from '@muster/client';
import { shortList } from '../io/short-list';
import { shownLine } from '../io/shown-text';
import { table } from '../io/table';
import { failureLines, unconfirmedLines } from './task-counts';
import type { Problem } from '@muster/problems';
import { summary } from './wait-and-tell';

/** A transaction for people: a summary, then a table per graph. */
export function statusText(status: TransactionStatus): string {
  const graphs = status.graphs.map(({ type, state, tasks }) => {
    const rows = Object.entries(tasks).map(([task, it]) => [
      task,
      it.state,
      it.attempts,
      it.exitCode,
      it.startedAt,
      it.endedAt,
      // A failure's reason ends in its summary.
      it.reason ?? it.summary,
    ]);
    return `\ngraph ${type}: ${state}\n${table(['task', 'state', 'attempts', 'exit', 'started', 'ended', 'reason'], rows)}`;
  });
  const executor = status.executor ? `executor ${status.executor}\n` : '';
  const { undelivered, problems } = status;
  const waits = undelivered
    ? `no executor has taken it after ${undelivered.tries} tries: ${undelivered.reason}; the next one is at ${undelivered.nextTryAt}\n`
    : '';
  const why = problems.map((each) => `${problemLine(each)}\n`);
  const more = `${validationsText(status)}${runsText(status)}${controlsText(status)}${causesText(status)}`;
  return `${summary(status)}\n${waits}${why.join('')}${executor}${graphs.join('')}${more}`;
}

function validationsText({ validations = [] }: TransactionStatus): string {
  const rows = validations.flatMap(({ group, validations: inGroup }) =>
    inGroup.flatMap(({ id, severity, members }) =>
      members.map((it) => [group, id, severity, it.node, it.result, it.since, it.text]),
    ),
  );
  if (rows.length === 0) return '';
  return `\nvalidations\n${table(['group', 'validation', 'severity', 'node', 'result', 'since', 'reason'], rows)}`;
}

/** Why a transaction could not start or go on, in one line. */
export function problemLine({ code, subject, summary: what }: Problem): string {
  return shownLine(`${code} ${subject}: ${what}`);
}

/** Only where there is more to tell than that each graph ran once. */
function runsText({ runs, graphs }: TransactionStatus): string {
  if (runs.length <= graphs.length && new Set(runs.map(({ type }) => type)).size === runs.length) return '';
  const rows = runs.map(({ run, type, state, startedAt, endedAt, who, why }) => [
    ...[run, type, state, startedAt, endedAt, who, why],
  ]);
  return `\nruns\n${table(['run', 'graph', 'state', 'started', 'ended', 'who', 'why'], rows)}`;
}

function controlsText({ controls }: TransactionStatus): string {
  if (controls.length === 0) return '';
  const rows = controls.map(({ at, verb, tasks, limit, event, who, why, state }) => {
    const about = [
      ...(tasks ? [shortList(tasks)] : []),
      ...(limit ? [`${limit.key} = ${limit.amount}`] : []),
      ...(event === undefined ? [] : [event]),
    ];
    return [at, verb, about.join(' '), who, why, state];
  });
  return `\nasked for\n${table(['at', 'verb', 'about', 'who', 'why', 'state'], rows)}`;
}

function causesText(status: TransactionStatus): string {
  const failed = failureLines(status).map((line) => `failed  ${shownLine(line)}\n`);
  const unconfirmed = unconfirmedLines(status).map((line) => `unknown ${shownLine(line)}\n`);
  const lines = [...failed, ...unconfirmed];
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
}
