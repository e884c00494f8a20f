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

/** Two launchers start one attempt; each is killed when one of its processes reaches its line. A third one looks afterwards. */
async function race(folder: string, source: string, attempt: string, killA: number, killB: number): Promise<Outcome> {
  const stateDir = join(folder, 'state');
  const setup = escapeWord('cd /');
  const script = escapeWord(`echo run >>${journalOf(folder, attempt)}`);
  const contend = async (killAt: number, ticket: number): Promise<void> => {
    try {
      const launcher = await openLauncher({ stateDir, source, env: { KILL_AT: String(killAt) } });
      try {
        if (launcher.hello.kind !== 'hello') return;
        await launcher.ask('own', 'inst', ticket, 'own');
        await launcher.ask('start', attempt, setup, script);
      } finally {
        await launcher.close();
      }
    } catch {
      // Killed, as it should be.
    }
  };
  await Promise.all([contend(killA, 1), contend(killB, 1)]);
  const judge = await openLauncher({ stateDir });
  try {
    await judge.ask('own', 'inst', 1, 'own');
    const [found = '', code = ''] = await judge.ask('ask', attempt);
    if (found === 'none') {
      await judge.ask('start', attempt, setup, script);
      await judge.ended(attempt);
    }
    let [state] = await judge.ask('poll', attempt, 0, 0, 1);
    while (state === 'alive') [state] = await judge.ask('poll', attempt, 0, 0, 1);
    return { attempt, runs: runsIn(folder, attempt), found, code };
  } finally {
    await judge.close();
  }
}

async function races(count: number, original = launcherSource()): Promise<Outcome[]> {
  const { source, points } = instrument(original);
  const outcomes: Outcome[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    const folder = temporaryFolder();
    const mine: Outcome[] = [];
    try {
      for (let index = next++; index < count; index = next++) {
        const round = Math.floor(index / points.length);
        const killA = points[index % points.length] ?? 0;
        // The first round kills both at the same line; later ones at lines ever further apart.
        const killB = points[(index + round * 17) % points.length] ?? 0;
        mine.push(await race(folder, source, `a${index}`, killA, killB));
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

describe('two launchers that start one attempt, each killed at its every line in turn', () => {
  it('never run its command twice, and leave a state that says what happened', async () => {
    const outcomes = await races(1000);
    expect(outcomes).toHaveLength(1000);
    expect(outcomes.filter(({ runs }) => runs > 1)).toEqual([]);
    // Whoever comes afterwards starts what was not started, and no success is told of what did not run.
    const mustHaveRun = outcomes.filter(({ found, code }) => found === 'none' || code === '0');
    expect(mustHaveRun.filter(({ runs }) => runs !== 1)).toEqual([]);
    const seen = new Set(outcomes.map(({ found }) => found));
    expect([...seen]).toEqual(expect.arrayContaining(['exit', 'gone', 'none']));
  }, 180_000);

  it('planted fault: without the claim the journal does show two', async () => {
    const source = plant(['[ -e "$d/claim" ] && {', '[ "" ] && {'], ['set -C\n', '']);
    const outcomes = await races(150, source);
    expect(outcomes.some(({ runs }) => runs > 1)).toBe(true);
  }, 60_000);
});
