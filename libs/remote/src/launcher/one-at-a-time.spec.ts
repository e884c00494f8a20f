import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderProcesses } from '../embedded/folder-processes';
import { instrument } from '../testing/instrument.testing';
import { openLauncher } from '../testing/launcher-lab.testing';
import { clearFolder, temporaryFolder } from '../testing/node-bed.testing';
import { plant } from '../testing/plant.testing';
import { eventually } from '../testing/recorder.testing';
import { launcherSource } from './launcher-source';
import { escapeWord } from './shell-words';

const LANES = 8;

/** Two launchers start two attempts on one node, the first held up when it reaches its line. The commands write down their life. */
async function contend(folder: string, source: string, round: number, pauseAt: number): Promise<void> {
  const stateDir = join(folder, 'state');
  const start = async (
    attempt: string,
    more: { source?: string; env?: Record<string, string> },
    after: Promise<unknown>,
  ): Promise<void> => {
    await after;
    const launcher = await openLauncher({ stateDir, source, ...more });
    try {
      await launcher.ask('own', 'inst', 1, 'own');
      const script = `echo begin >>${folder}/journal; sleep 0.4; echo end >>${folder}/journal`;
      await launcher.ask('start', attempt, escapeWord('cd /'), escapeWord(script));
    } catch {
      // Ended by the other.
    } finally {
      await launcher.close();
    }
  };
  const paused = join(folder, `paused-${round}`);
  const held = { source: instrument(source).source, env: { PAUSE_AT: String(pauseAt), PAUSED: paused } };
  let over = false;
  const first = start(`a${round}`, held, Promise.resolve()).finally(() => (over = true));
  // The second comes while the first is held up, or after it if it never gets to that line.
  const meanwhile = eventually('the first to be held up', () => over || existsSync(paused));
  await Promise.all([first, start(`b${round}`, {}, meanwhile)]);
  await eventually('the commands to end', () => folderProcesses(folder).length === 0);
}

/** How many times two commands lived at once, over one round per line that has to do with starting. */
async function overlaps(source = launcherSource()): Promise<number> {
  const { points, lines } = instrument(source);
  const begin = lines.findIndex((line) => line.startsWith('is_free()'));
  const end = lines.findIndex((line) => line.startsWith('emit()'));
  const rounds = points.filter((point) => point > begin && point < end);
  let found = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    const folder = temporaryFolder();
    try {
      for (let round = next++; round < rounds.length; round = next++)
        await contend(folder, source, round, rounds[round] ?? 0);
      const journal = existsSync(join(folder, 'journal')) ? readFileSync(join(folder, 'journal'), 'utf8') : '';
      found += journal.split('begin\nbegin').length - 1;
    } finally {
      clearFolder(folder);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return found;
}

describe('two launchers that start two attempts on one node, the first held up at its every line in turn', () => {
  it('never have two commands alive at once', async () => {
    expect(await overlaps()).toBe(0);
  }, 120_000);

  it('planted fault: without the lock and without ending the launcher before, two are alive at once', async () => {
    const faulty = plant(['flock -n 9', 'true'], ['kill -TERM "$other_pid"', 'return 0']);
    expect(await overlaps(faulty)).toBeGreaterThan(0);
  }, 120_000);

  it('planted fault: with the lock alone, but not held by supervisors, two are alive at once', async () => {
    const faulty = plant(
      ['exec 3>&- </dev/null\nd=attempts/$1', 'exec 3>&- 9>&- </dev/null\nd=attempts/$1'],
      ['! command_lives', 'true || ! command_lives'],
    );
    expect(await overlaps(faulty)).toBeGreaterThan(0);
  }, 120_000);
});
