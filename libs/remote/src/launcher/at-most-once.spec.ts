import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instrument } from '../testing/instrument.testing';
import { openLauncher } from '../testing/launcher-lab.testing';
import { plant } from '../testing/plant.testing';
import { eventually } from '../testing/recorder.testing';
import { folderProcesses } from '../embedded/folder-processes';
import { clearFolder, temporaryFolder } from '../testing/node-bed.testing';
import { launcherSource } from './launcher-source';
import { escapeWord } from './shell-words';

/** Races at a time: each has two or three shells, and this machine may have two cores. */
const LANES = 4;

interface Outcome {
  readonly attempt: string;
  /** Lines that the command itself wrote. */
  readonly runs: number;
  /** What the launcher that comes afterwards found. */
  readonly found: string;
  readonly code: string;
}

function journalOf(folder: string, attempt: string): string {
  return join(folder, `journal-${attempt}`);
}

function runsIn(folder: string, attempt: string): number {
  const journal = journalOf(folder, attempt);
  return existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0;
}

/** When a launcher is killed: as one of its processes reaches a line, or so long after it was asked to start. */
type Death = { readonly line: number } | { readonly afterMs: number };

/** Two launchers start one attempt, and each is killed. A third one looks afterwards. */
async function race(
  folder: string,
  source: string,
  attempt: string,
  deaths: readonly [Death, Death],
): Promise<Outcome> {
  const stateDir = join(folder, 'state');
  const setup = escapeWord('cd /');
  const script = escapeWord(`echo run >>${journalOf(folder, attempt)}`);
  const contend = async (death: Death): Promise<void> => {
    try {
      const env: Record<string, string> = 'line' in death ? { KILL_AT: String(death.line) } : {};
      const launcher = await openLauncher({ stateDir, source, env });
      try {
        if (launcher.hello.kind !== 'hello') return;
        if ('afterMs' in death) setTimeout(() => launcher.process.kill('SIGKILL'), death.afterMs);
        await launcher.ask('own', 'inst', 1, 'own');
        await launcher.ask('start', attempt, setup, script);
      } finally {
        await launcher.close();
      }
    } catch {
      // Killed, as it should be.
    }
  };
  await Promise.all(deaths.map(contend));
  const judge = await openLauncher({ stateDir });
  try {
    await judge.ask('own', 'inst', 1, 'own');
    const [found = '', code = ''] = await judge.ask('ask', attempt);
    if (found === 'none') {
      expect(await judge.ask('start', attempt, setup, script)).toEqual(['started']);
      await judge.ended(attempt);
    }
    let [state] = await judge.ask('poll', attempt, 0, 0, 1);
    while (state === 'alive') [state] = await judge.ask('poll', attempt, 0, 0, 1);
    return { attempt, runs: runsIn(folder, attempt), found, code };
  } finally {
    await judge.close();
  }
}

async function races(
  count: number,
  source: string,
  deathsOf: (index: number) => readonly [Death, Death],
  stopAt: (outcome: Outcome) => boolean = () => false,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  let isEnough = false;
  const lane = async (): Promise<void> => {
    const folder = temporaryFolder();
    const mine: Outcome[] = [];
    try {
      for (let index = next++; index < count && !isEnough; index = next++) {
        const outcome = await race(folder, source, `a${index}`, deathsOf(index));
        isEnough = stopAt(outcome);
        mine.push(outcome);
      }
      await eventually('the last command to end', () => folderProcesses(folder).length === 0);
      // Counted once more: what was called lost must not have started afterwards.
      outcomes.push(...mine.map((outcome) => ({ ...outcome, runs: runsIn(folder, outcome.attempt) })));
    } finally {
      clearFolder(folder);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return outcomes;
}

/** Every line in turn: in the first round both are killed at the same one, later at lines ever further apart. */
function racesByLine(count: number, original = launcherSource()): Promise<Outcome[]> {
  const { source, points } = instrument(original);
  return races(count, source, (index) => {
    const round = Math.floor(index / points.length);
    return [{ line: points[index % points.length] ?? 0 }, { line: points[(index + round * 17) % points.length] ?? 0 }];
  });
}

describe('two launchers that start one attempt, each killed at its every line in turn', () => {
  it('never run its command twice, and leave a state that says what happened', async () => {
    const outcomes = await racesByLine(1000);
    expect(outcomes).toHaveLength(1000);
    expect(outcomes.filter(({ runs }) => runs > 1)).toEqual([]);
    // Whoever comes afterwards starts what was not started, and no success is told of what did not run.
    const mustHaveRun = outcomes.filter(({ found, code }) => found === 'none' || code === '0');
    expect(mustHaveRun.filter(({ runs }) => runs !== 1)).toEqual([]);
    const seen = new Set(outcomes.map(({ found }) => found));
    expect([...seen]).toEqual(expect.arrayContaining(['exit', 'gone', 'none']));
  }, 300_000);

  it('never run it twice when they are killed at any moment either', async () => {
    const outcomes = await races(100, launcherSource(), (index) => [
      { afterMs: (index * 7) % 40 },
      { afterMs: (index * 13) % 40 },
    ]);
    expect(outcomes.filter(({ runs }) => runs > 1)).toEqual([]);
    expect(outcomes.filter(({ found, code, runs }) => (found === 'none' || code === '0') && runs !== 1)).toEqual([]);
  }, 60_000);

  it('planted fault: without the claim the journal does show two', async () => {
    const faulty = plant(['[ -e "$d/claim" ] && {', '[ "" ] && {'], ['set -C\n', '']);
    const { source, points } = instrument(faulty);
    const isTwice = ({ runs }: Outcome): boolean => runs > 1;
    const outcomes = await races(
      points.length,
      source,
      (index) => [{ line: points[index] ?? 0 }, { line: -1 }],
      isTwice,
    );
    expect(outcomes.some(isTwice)).toBe(true);
  }, 60_000);
});
