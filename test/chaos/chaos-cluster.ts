import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProductionBed } from '../bed/production-bed';

/** Of all hosts, these carry the marked tasks, and are never rebooted. */
export const STEADY = 5;

/** What each command writes of itself, before and after its work. */
const command = (seconds: string): string =>
  `echo "begin $MUSTER_ATTEMPT $MUSTER_TASK $$ $(date +%s.%N)" >> ~/journal; sleep ${seconds}; ` +
  `echo "end $MUSTER_ATTEMPT $MUSTER_TASK $$ $(date +%s.%N)" >> ~/journal`;

/**
 * A release of `length` tasks a node, one after another, with barriers over all nodes on the way. All run again when nobody can
 * tell whether they ran, but for the marked ones, one on each steady node.
 */
export function chaosRelease(length: number): Readonly<Record<string, string>> {
  const shared = { type: 'shell', retries: { count: 30, delay: 1 }, timeout: 120 };
  const tasks: object[] = [];
  for (let step = 1; step <= length; step++) {
    const isLast = step === length;
    const before = `s${step - 1}`;
    const order = {
      ...(step === 1 ? {} : { requires: [before] }),
      // Everybody waits for everybody before these.
      ...(step % 5 === 1 && step > 1 ? { 'cross-depends': [{ name: before }] } : {}),
      ...(step % 5 === 3 ? { strategy: { type: 'parallel', amount: 8 } } : {}),
    };
    const parameters = { cmd: command(['0.2', '0.6', '1', '1.4'][step % 4] ?? '1') };
    const role = isLast ? 'moving' : 'worker';
    tasks.push({ id: `s${step}`, ...shared, role: [role], idempotent: true, ...order, parameters });
    if (isLast) tasks.push({ id: 'marked', ...shared, role: ['steady'], ...order, parameters: { cmd: command('2') } });
  }
  const roles = { worker: {}, steady: {}, moving: {} };
  return {
    'release.yaml': JSON.stringify({ name: 'chaos', version: '1.0.0', roles }),
    'tasks.yaml': JSON.stringify(tasks),
  };
}

export function chaosRoles(bed: ProductionBed): Record<string, string[]> {
  return Object.fromEntries(
    bed.hosts.hosts.map(({ name }, index) => [name, ['worker', index < STEADY ? 'steady' : 'moving']]),
  );
}

export interface JournalLine {
  readonly what: 'begin' | 'end';
  readonly attempt: string;
  readonly task: string;
  readonly host: string;
  readonly pid: string;
  /** Seconds since the epoch. */
  readonly at: number;
}

/** What the commands of a deployment wrote, in order by host. */
export function journalOf(bed: ProductionBed, deployment: string): JournalLine[] {
  return bed.hosts.hosts.flatMap(({ name, dataDir }) =>
    readFileSync(join(dataDir, 'journal'), 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .filter((words) => words.length === 5 && words[1]?.startsWith(`${deployment}.`))
      .map(([what, attempt = '', task = '', pid = '', at]) => ({
        ...{ what: what === 'begin' ? ('begin' as const) : ('end' as const), attempt, task, host: name, pid },
        at: Number(at),
      })),
  );
}
