import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { clearFolder, temporaryFolder } from '../testing/node-bed.testing';
import { openLauncher } from '../testing/launcher-lab.testing';
import { eventually } from '../testing/recorder.testing';
import { escapeWord } from './shell-words';

/** A `dd` that stops before it reads what a command writes, as on a machine that has no time for it; it says which process it is. */
function lateReaders(folder: string): () => number[] {
  const stopped = join(folder, 'stopped');
  const path = process.env['PATH'] ?? '';
  writeFileSync(
    join(folder, 'dd'),
    `#!/bin/sh\nPATH=${escapeWord(path)}\ncase "$*" in *bs=65536*) echo $$ >>${escapeWord(stopped)}; kill -STOP $$ ;; esac\nexec dd "$@"\n`,
  );
  chmodSync(join(folder, 'dd'), 0o755);
  return () => (existsSync(stopped) ? readFileSync(stopped, 'utf8').trim().split('\n').map(Number) : []);
}

describe.each([['dash'], ['busybox', 'sh'], ['bash'], ['bash', '--posix']])(
  'output that is read late (%s)',
  (...shell) => {
    const [stateDir, folder] = [temporaryFolder(), temporaryFolder()];
    afterAll(() => {
      clearFolder(stateDir);
      clearFolder(folder);
    });

    it('is waited for after the end of its command', async () => {
      const readers = lateReaders(folder);
      const PATH = [folder, process.env['PATH']].join(delimiter);
      const launcher = await openLauncher({ stateDir, shell, env: { PATH } });
      const poll = () => launcher.ask('poll', 'late', 0, 0, 1);
      try {
        await launcher.ask('own', 'inst', 1, 'own');
        await launcher.ask('start', 'late', escapeWord('cd /'), escapeWord('echo ran'));
        await eventually('both readers have stopped', () => readers().length === 2);
        for (let ended = false; !ended;) ended = (await poll())[0] !== 'alive';
        // Nothing of it was read, and whoever asks is told that there may be more.
        expect((await poll()).slice(0, 3)).toEqual(['exit', '0', '0']);
      } finally {
        for (const pid of readers()) process.kill(pid, 'SIGCONT');
      }
      await launcher.ended('late');
      expect((await poll()).slice(0, 3)).toEqual(['end', '0', '4']);
      await launcher.close();
    });
  },
);
