/**
 * `npm run simulate-protocol -- [--seeds N] [--from SEED] [--sweep N] [--seed SEED] [--fault NAME] [--record FILE]`
 *
 * `--seeds` (2000): that many seeds, one after another, beginning with `--from` (1), each once with faults of its own, and then
 * swept: without other faults, one run for every call of an executor with a death before it, one with a death between request
 * and answer, one with its answer lost so that it is made again, and one for every message with a repetition of it. That is
 * some 300 runs a seed, and about a second; `--sweep N` sweeps only the first N.
 * `--seed`: one seed alone, with everything that happened. `--fault`: plants a fault, to see what the referees say.
 * `--record FILE` with `--seed`: keeps the longest log of that seed, with the states that it folds to, as
 * `libs/scheduling/src/recorded` has them: each version that is released adds some, and every later one must read them.
 * Prints each run that breaks a rule with its seed, and every 100 seeds what was done; exits 1 if any broke a rule.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { apply, initialState, taskStateOf } from '@muster/scheduling';
import { PLANTED_FAULTS, type PlantedFault } from './planted-fault';
import { MOMENTS, type Sentence } from './sim-process';
import { type ProtocolRun, type ProtocolRunOptions, simulateProtocol } from './simulate-protocol';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const SAY_EVERY = 100;

interface Totals {
  storms: number;
  swept: number;
  events: number;
  /** What was planted in sweeps, and came. */
  readonly planted: Record<Sentence['moment'] | 'repeated', number>;
  takeovers: number;
  readonly broken: string[];
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { seeds: text, from: text, sweep: text, seed: text, fault: text, record: text },
  });
  const number = (value: string | undefined, otherwise: number): number => {
    const read = value === undefined ? otherwise : Number(value);
    if (!Number.isSafeInteger(read) || read < 0) throw new Error(`not a whole number: ${value}`);
    return read;
  };
  const fault = PLANTED_FAULTS.find((each) => each === values.fault) ?? null;
  if (values.fault !== undefined && fault === null) throw new Error(`faults are: ${PLANTED_FAULTS.join(', ')}`);
  if (values.seed !== undefined) return showOne(number(values.seed, 1), fault, values.record ?? null);
  const planted = { before: 0, between: 0, unanswered: 0, repeated: 0 };
  const totals: Totals = { storms: 0, swept: 0, events: 0, takeovers: 0, planted, broken: [] };
  const from = number(values.from, 1);
  const seeds = number(values.seeds, 2000);
  const sweeps = number(values.sweep, seeds);
  for (let seed = from; seed < from + seeds; seed++) {
    await count(totals, { seed, fault }, `seed ${seed}`);
    totals.storms++;
    if (seed < from + sweeps) await sweep(totals, seed, fault);
    if ((seed - from + 1) % SAY_EVERY === 0 || seed === from + seeds - 1)
      say(summary(`seeds ${from} to ${seed}`, totals));
  }
  return totals.broken.length > 0 ? 1 : 0;
}

async function showOne(seed: number, fault: PlantedFault | null, file: string | null): Promise<number> {
  const run = await simulateProtocol({ seed, fault });
  for (const line of run.trace) say(line);
  const [longest] = [...run.logs].sort((a, b) => b.events.length - a.events.length);
  if (file !== null && longest) writeFileSync(file, `${JSON.stringify(recorded(longest), null, 1)}\n`);
  say(`seed ${seed}: ${run.statuses.join(', ')}; ${run.events} events, ${run.takeovers} takeovers`);
  for (const { rule, text } of run.objections) say(`BROKEN: ${rule}: ${text}`);
  return run.objections.length > 0 ? 1 : 0;
}

function recorded({ graph, events }: ProtocolRun['logs'][number]): object {
  const state = initialState(graph);
  for (const event of events) apply(state, event);
  const { status, owner, epoch } = state;
  const tasks = graph.tasks.map(({ task }, index) => [
    task,
    { state: taskStateOf(state, index), attempts: state.attempts[index] },
  ]);
  const nodes = state.graph.machines.map((machine, index) => [machine, state.node[index]]);
  const expected = { status, owner, epoch, tasks: Object.fromEntries(tasks), nodes: Object.fromEntries(nodes) };
  return { graph, events, expected };
}

/** A death at every call, a lost answer to each, and a repetition of every message, of a seed that is otherwise calm. */
async function sweep(totals: Totals, seed: number, fault: PlantedFault | null): Promise<void> {
  const calm = { seed, isCalm: true, fault };
  const { calls, messages } = await simulateProtocol(calm);
  for (let call = 1; call <= calls; call++)
    for (const moment of MOMENTS) {
      const run = await count(totals, { ...calm, sentence: { call, moment } }, `seed ${seed}, call ${call} ${moment}`);
      if (run.isPlanted) totals.planted[moment]++;
    }
  for (let at = 1; at <= messages; at++) {
    const run = await count(totals, { ...calm, repeatAt: at }, `seed ${seed}, message ${at} twice`);
    if (run.isPlanted) totals.planted.repeated++;
  }
  totals.swept++;
}

async function count(totals: Totals, options: ProtocolRunOptions, name: string): Promise<ProtocolRun> {
  const run = await simulateProtocol(options);
  totals.events += run.events;
  totals.takeovers += run.takeovers;
  const [first] = run.objections;
  if (first) {
    totals.broken.push(name);
    say(`BROKEN by ${name}: ${first.rule}: ${first.text} (and ${run.objections.length - 1} more)`);
  }
  return run;
}

function summary(what: string, { storms, swept, events, takeovers, planted, broken }: Totals): string {
  const { before, between, unanswered, repeated } = planted;
  return [
    `${what}: ${storms} storms; ${swept} seeds swept with ${before} deaths before a call, ${between} before its answer`,
    `${unanswered} lost answers, ${repeated} messages repeated`,
    `in all ${events} events, ${takeovers} ownerships, ${broken.length} runs broke a rule`,
  ].join(', ');
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
