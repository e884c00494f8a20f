import { openLauncher } from '../testing/launcher-lab.testing';
import { clearFolder, temporaryFolder } from '../testing/node-bed.testing';
import { escapeWord } from './shell-words';

describe.each([['dash'], ['busybox', 'sh'], ['bash', '--posix']])('output that comes with the end (%s)', (...shell) => {
  const stateDir = temporaryFolder();
  afterAll(() => clearFolder(stateDir));

  it.each([
    ['short: all of it', String.raw`printf ' a  b\n\nc'; printf 'e\n' >&2`, '0 8 0 2 0 0  a  b\u0001\u0001ce\u0001'],
    ['none', ':', '0 0 0 0 0 0 '],
    ['that holds what stands for line ends', String.raw`printf 'a\001b\n'`, '0 4 0 0 0 0 '],
    ['that holds it last', String.raw`printf 'a\nb\001'; echo e >&2`, '0 4 0 2 0 0 '],
    [
      'whose lines end in the middle of a character',
      String.raw`printf '\303\nended x 0\n\342\202\nb'`,
      '0 16 0 0 0 0 \u00c3\u0001ended x 0\u0001\u00e2\u0082\u0001b',
    ],
    ['longer than 512 bytes', `printf '%513s' x`, '0 513 0 0 0 0 '],
    ['of which one stream is', `printf '%513s' x >&2; echo a`, '0 2 0 513 0 0 '],
  ])('%s', async (_, script, told) => {
    const launcher = await openLauncher({ stateDir, shell, env: { LC_ALL: 'C.UTF-8' } });
    await launcher.ask('own', 'inst', 1, 'own');
    const attempt = `${shell[0]}-${_.replaceAll(/\W/g, '-')}`;
    await launcher.ask('start', attempt, escapeWord('cd /'), escapeWord(script));
    expect((await launcher.ended(attempt)).join(' ')).toBe(told);
    await launcher.close();
  });
});
