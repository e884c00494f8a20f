import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instrument } from '../testing/instrument.testing';
import { openLauncher, type LabLauncher } from '../testing/launcher-lab.testing';
import { clearFolder, temporaryFolder } from '../testing/node-bed.testing';
import { plant } from '../testing/plant.testing';
import { eventually } from '../testing/recorder.testing';
import { launcherSource } from './launcher-source';
import { escapeWord } from './shell-words';

/** Rounds at a time: each has two shells and more, and this machine may have two cores. */
const LANES = 5;
const LONG = { waitMs: 600_000 };
/** Well below the minute that an answer may take. */
const ANSWER_SECONDS_MAX = 20;

interface Disturbance {
  readonly line: number;
  /** What befalls the process that gets to the line. */
  readonly by: 'KILL_AT' | 'PAUSE_AT';
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

/** A question whose asker is disturbed, and the next launcher's: how often two lived at once, or one after its end was told. */
async function ask(source: string, { line, by }: Disturbance): Promise<number> {
  const folder = temporaryFolder();
  const stateDir = join(folder, 'state');
  const file = (name: string): string => join(folder, name);
  // As long as a process of the question lives, it holds the lock.
  const question = escapeWord(
    `exec 9>>${file('live')}; flock -n 9 || echo twice >>${file('journal')}; echo ran >>${file('journal')}; sleep 1.5`,
  );
  const launchers: LabLauncher[] = [];
  const open = async (env: Record<string, string> = {}, its = launcherSource()): Promise<LabLauncher> => {
    const launcher = await openLauncher({ stateDir, source: its, env });
    launchers.push(launcher);
    return launcher;
  };
  try {
    const reached = file('reached');
    const env = { RESUMED: file('resumed'), [by]: String(line), [by === 'KILL_AT' ? 'KILLED' : 'PAUSED']: reached };
    const next = await open({}, source);
    let isOver = false;
    let isAnswered = false;
    const first = (async () => {
      const launcher = await open(env, instrument(source).source);
      await launcher.ask('own', 'inst', 1, 'own');
      await launcher.request('check', ['a', 30, question], LONG);
    })()
      .catch(() => undefined)
      .finally(() => (isOver = true));
    await eventually('the disturbance', () => isOver || existsSync(reached) || existsSync(file('journal')));
    await next.ask('own', 'inst', 2, 'own');
    const isLeft = spawnSync('flock', ['-n', file('live'), 'true']).status !== 0;
    const answer = next.request('check', ['a', 30, question], LONG).finally(() => (isAnswered = true));
    await eventually('the next question', () => isAnswered || linesOf(file('journal')).includes('ran'));
    writeFileSync(file('resumed'), '');
    await answer;
    for (const it of launchers.splice(0)) await it.close();
    await first;
    return (isLeft ? 1 : 0) + linesOf(file('journal')).filter((said) => said === 'twice').length;
  } finally {
    for (const it of launchers) await it.close();
    clearFolder(folder);
  }
}

/** One round per line that has to do with asking, killed there and held up there; of a planted fault until it shows. */
async function twice(source = launcherSource(), from = 'check()', most = Infinity): Promise<number> {
  const { points, lines } = instrument(source);
  const begin = lines.findIndex((line) => line.startsWith(from));
  const end = lines.findIndex((line) => line.startsWith('check_lives()'));
  const rounds = points
    .filter((point) => point > begin && point < end)
    .flatMap((line): Disturbance[] => [
      { line, by: 'KILL_AT' },
      { line, by: 'PAUSE_AT' },
    ]);
  let found = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let round = rounds[next++]; round && found < most; round = rounds[next++]) {
      const here = await ask(source, round);
      found += here;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return found;
}

describe('a question whose asker is killed or held up at its every line in turn', () => {
  it('is never asked twice at once, and is over once the next launcher owns the node', async () => {
    expect(await twice()).toBe(0);
  }, 120_000);

  it('planted fault: it is, where the next launcher ends no questions', async () => {
    expect(await twice(plant(['end_checks\nsay', 'say']), 'put_question()', 1)).toBeGreaterThan(0);
  }, 120_000);

  it('planted fault: it is, where the record alone tells that one is asked', async () => {
    expect(await twice(plant(['flock -n 6 || {', 'true || {']), 'put_question()', 1)).toBeGreaterThan(0);
  }, 120_000);
});

describe('a question', () => {
  let folder: string;
  const launchers: LabLauncher[] = [];
  const open = async (source: string): Promise<LabLauncher> => {
    const made = await openLauncher({ stateDir: join(folder, 'state'), source });
    launchers.push(made);
    return made;
  };
  beforeEach(() => (folder = temporaryFolder()));
  afterEach(async () => {
    for (const it of launchers.splice(0)) await it.close();
    clearFolder(folder);
  });

  it('that cannot be ended keeps the node from starting and asking anything until it is over', async () => {
    // As if the kernel kept it: a process that waits for a broken disk ignores KILL, too.
    const launcher = await open(plant(['signal_command KILL', 'true'], ['signal_command TERM', 'true']));
    await launcher.ask('own', 'inst', 1, 'own');
    const question = escapeWord(`touch ${folder}/begun; until [ -e ${folder}/go ]; do sleep 0.05; done`);
    void launcher.request('check', ['a', 600, question], LONG).catch(() => undefined);
    await eventually('it to begin', () => existsSync(join(folder, 'begun')));
    expect((await launcher.ask('cancel', 'a', 0))[0]).toBe('unconfirmed');
    expect(await launcher.ask('start', 'b', escapeWord('cd /'), escapeWord('true'))).toEqual(['busy', 'a']);
    expect(await launcher.ask('check', 'c', 20, 'true')).toEqual(['checked', 'busy', 'a']);
    const next = await open(plant(['signal_command KILL', 'true']));
    expect((await next.ask('own', 'inst', 2, 'own'))[0]).toBe('ok');
    expect(await next.ask('start', 'b', escapeWord('cd /'), escapeWord('true'))).toEqual(['busy', 'a']);
    writeFileSync(join(folder, 'go'), '');
    let said: readonly string[];
    do said = await next.ask('start', 'b', escapeWord('cd /'), escapeWord('true'));
    while (said[0] === 'busy');
    expect(said).toEqual(['started']);
    await next.ended('b');
    expect(readdirSync(join(folder, 'state', 'ending'))).toEqual([]);
  }, 30_000);

  it('that cannot be ended is given up in time also where sleep knows whole seconds alone', async () => {
    // As there, but for the seconds: each is written down, and takes a quarter of one, since processes need some time to end.
    const seconds = join(folder, 'seconds');
    const slow = [
      ['sleep 0.05', 'false'],
      ['sleep 1;', `printf . >>${seconds}; /bin/sleep 0.25;`],
    ] as const;
    const kept = [
      ['signal_command KILL', 'true'],
      ['signal_command TERM', 'true'],
    ] as const;
    const launcher = await open(plant(...kept, ...slow));
    await launcher.ask('own', 'inst', 1, 'own');
    const question = escapeWord(`touch ${folder}/begun; until [ -e ${folder}/go ]; do /bin/sleep 0.1; done`);
    void launcher.request('check', ['a', 600, question], LONG).catch(() => undefined);
    await eventually('it to begin', () => existsSync(join(folder, 'begun')));
    const passed = async (asked: Promise<readonly string[]>): Promise<readonly [string | undefined, boolean]> => {
      rmSync(seconds, { force: true });
      const [word] = await asked;
      const length = existsSync(seconds) ? readFileSync(seconds, 'utf8').length : 0;
      return [word, length > 0 && length < ANSWER_SECONDS_MAX];
    };
    // 500 ms of grace, as whole seconds and no more than that; and then KILL.
    expect(await passed(launcher.ask('cancel', 'a', 10))).toEqual(['unconfirmed', true]);
    const next = await open(plant(kept[0], ...slow));
    expect(await passed(next.ask('own', 'inst', 2, 'own'))).toEqual(['ok', true]);
    writeFileSync(join(folder, 'go'), '');
  }, 30_000);
});
