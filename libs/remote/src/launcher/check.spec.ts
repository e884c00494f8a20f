import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { folderProcesses } from '../embedded/folder-processes';
import { openLauncher, type LabLauncher } from '../testing/launcher-lab.testing';
import { clearFolder, temporaryFolder } from '../testing/node-bed.testing';
import { eventually } from '../testing/recorder.testing';
import { escapeWord } from './shell-words';

describe('a check by the launcher', () => {
  let folder: string;
  let launcher: LabLauncher;

  beforeEach(async () => {
    folder = temporaryFolder();
    launcher = await openLauncher({ stateDir: join(folder, 'state') });
  });
  afterEach(async () => {
    await launcher.close();
    clearFolder(folder);
  });

  const check = (script: string, seconds = 20): Promise<readonly string[]> =>
    launcher.ask('check', seconds, escapeWord(script));

  it('needs an owner, as all that acts on a node', async () => {
    expect((await check('true'))[0]).toBe('refused');
  });

  it.each([
    ['true', '0'],
    ['exit 3', '3'],
    ['echo out; echo err >&2; exit 4', '4'],
    ["test \"it's\" = 'it'\\''s' && [ ! -t 0 ] && ! read -r line", '0'],
    ['kill -KILL $$', '124'],
  ])('tells how %j ended', async (script, code) => {
    await launcher.ask('own', 'inst', 1, 'own');
    expect(await check(script)).toEqual(['checked', code]);
  });

  it('ends one that hangs, with all that it started, and serves others meanwhile', async () => {
    await launcher.ask('own', 'inst', 1, 'own');
    const slow = check(`cd ${folder}; sleep 600 & sleep 600; touch ${folder}/survived`, 1);
    expect(await check('true')).toEqual(['checked', '0']);
    expect(await slow).toEqual(['checked', '124']);
    const left = (): number[] =>
      folderProcesses(folder).filter((pid) => {
        try {
          return readlinkSync(`/proc/${pid}/cwd`) === folder;
        } catch {
          return false;
        }
      });
    await eventually('nothing of it is left', () => left().length === 0);
    expect(existsSync(join(folder, 'survived'))).toBe(false);
  });
});
