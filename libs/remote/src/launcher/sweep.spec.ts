import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearFolder, temporaryFolder } from '../testing/node-bed.testing';
import { openLauncher, type LabLauncher } from '../testing/launcher-lab.testing';
import { plant } from '../testing/plant.testing';
import { eventually } from '../testing/recorder.testing';
import { escapeWord } from './shell-words';

const DAY_MS = 24 * 3_600_000;

describe.each([['dash'], ['busybox', 'sh']])('what a dead owner has left on a node (%s)', (...shell) => {
  const stateDir = temporaryFolder();
  const open = (): Promise<LabLauncher> => openLauncher({ stateDir, shell });
  const isThere = (attempt: string): boolean => existsSync(join(stateDir, 'attempts', attempt));
  afterAll(() => clearFolder(stateDir));

  it('goes a week after its end, but for the line that a late start is answered with', async () => {
    const launcher = await open();
    await launcher.ask('own', 'inst', 1, 'own');
    for (const [attempt, script] of [
      ['old', 'exit 7'],
      ['new', 'exit 0'],
    ] as const) {
      await launcher.ask('start', attempt, escapeWord('cd /'), escapeWord(script));
      await launcher.ended(attempt);
    }
    await launcher.ask('start', 'runs', escapeWord('cd /'), escapeWord('exec sleep 60'));
    const long = new Date(Date.now() - 9 * DAY_MS);
    for (const attempt of ['old', 'runs']) utimesSync(join(stateDir, 'attempts', attempt, 'exit'), long, long);
    await launcher.close();
    const next = await open();
    await next.ask('own', 'inst', 2, 'own');
    await eventually('the old one is gone', () => !isThere('old'));
    expect(readFileSync(join(stateDir, 'done', 'old'), 'utf8')).toBe('exit 7 .\n');
    expect(await next.ask('start', 'old', '-', '-')).toEqual(['done']);
    expect([isThere('new'), isThere('runs')]).toEqual([true, true]);
    expect(await next.ask('cancel', 'runs', 0)).toEqual(['confirmed']);
    await next.close();
  });

  it('is cleared away while others own the node and see what is gone', async () => {
    const cleared = join(stateDir, 'cleared');
    const source = plant(['find done', `until [ -e ${cleared} ]; do sleep 0.05; done\nfind done`]);
    const launcher = await openLauncher({ stateDir, shell, source });
    await launcher.ask('own', 'inst', 3, 'own');
    const next = await open();
    try {
      expect((await next.ask('own', 'inst', 4, 'own'))[0]).toBe('ok');
      expect(await next.ask('start', 'meanwhile', escapeWord('cd /'), escapeWord('true'))).toEqual(['started']);
      await next.ended('meanwhile');
    } finally {
      writeFileSync(cleared, '');
      for (const it of [launcher, next]) await it.close();
    }
  });
});
