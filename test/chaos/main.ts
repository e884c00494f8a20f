/**
 * `npm run chaos -- [--seeds N] [--from SEED] [--hosts N] [--tasks N]`
 *
 * Deploys a cluster of `--hosts` (20) machines with `--tasks` (20) tasks each on real sshd, RabbitMQ and PostgreSQL with two
 * executors and a planner; once undisturbed, then for each of `--seeds` (1) while everything is killed, stopped, cut and booted.
 * Prints what each seed did and what was wrong; exits 1 if anything was. Needs a build (`npm run build`); as root it makes
 * network namespaces, elsewhere it says what it cannot do. MUSTER_KEEP keeps the logs.
 */
import { parseArgs } from 'node:util';
import { Chaos, type ChaosRun } from './run-chaos';

const say = (text: string): void => void process.stdout.write(`chaos: ${text}\n`);

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { seeds: text, from: text, hosts: text, tasks: text } });
  const [seeds, from, hosts, tasksPerHost] = [
    Number(values.seeds ?? 1),
    Number(values.from ?? 1),
    Number(values.hosts ?? 20),
    Number(values.tasks ?? 20),
  ];
  const chaos = await Chaos.open({ hosts, tasksPerHost, say });
  const { undisturbed, seconds } = chaos;
  say(`undisturbed: ${Object.keys(undisturbed.tasks).length} tasks, ${undisturbed.state} in ${seconds.toFixed(0)} s`);
  const broken: number[] = [];
  try {
    for (let seed = from; seed < from + seeds; seed++) {
      const run = await chaos.run(seed);
      report(run);
      if (run.objections.length > 0) broken.push(seed);
    }
  } finally {
    await chaos.close();
  }
  say(
    broken.length === 0 ? `${seeds} seeds in a row without an objection` : `objections with seeds ${broken.join(', ')}`,
  );
  return broken.length > 0 ? 1 : 0;
}

function report({ seed, records, journal, faults, seconds, objections }: ChaosRun): void {
  const begun = journal.filter(({ what }) => what === 'begin').length;
  const harm = Object.entries(faults).map(([name, count]) => `${name} ${count}`);
  const tasks = Object.keys(records.tasks).length;
  say(
    `seed ${seed}: ${records.state} in ${seconds.toFixed(0)} s; ${tasks} tasks, ${begun} commands, ${records.log.length} events, ${records.epoch} owners; ${harm.join(', ')}`,
  );
  for (const objection of objections.slice(0, 20)) say(`seed ${seed}: WRONG: ${objection}`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(2);
  },
);
