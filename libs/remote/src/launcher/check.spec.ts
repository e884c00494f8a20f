import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderProcesses } from '../embedded/folder-processes';
import { openLauncher, type LabLauncher } from '../testing/launcher-lab.testing';
import { clearFolder, temporaryFolder } from '../testing/node-bed.testing';
import { plant } from '../testing/plant.testing';
import { eventually } from '../testing/recorder.testing';
import { escapeWord } from './shell-words';

describe.each([['dash'], ['busybox', 'sh'], ['bash', '--posix']])('a check by the launcher (%s)', (...shell) => {
  const launchers: LabLauncher[] = [];
  let folder: string;
  let launcher: LabLauncher;
  let number = 0;

  const open = async (source?: string): Promise<LabLauncher> => {
    const made = await openLauncher({ stateDir: join(folder, 'state'), shell, ...(source && { source }) });
    launchers.push(made);
    return made;
  };

  beforeEach(async () => {
    folder = temporaryFolder();
    launcher = await open();
  });
  afterEach(async () => {
    for (const it of launchers.splice(0)) await it.close();
    clearFolder(folder);
  });

  const check = (script: string, seconds = 20, attempt = `a${number++}`): Promise<readonly string[]> =>
    launcher.ask('check', attempt, seconds, escapeWord(script));
  const isThere = (name: string): boolean => existsSync(join(folder, name));
  /** Begins one that lasts, and waits until it has. The answer is empty if the launcher goes before it. */
  const begin = async (attempt: string, script = 'sleep 600'): Promise<{ answer: Promise<readonly string[]> }> => {
    const words = [attempt, 600, escapeWord(`touch ${folder}/${attempt}; ${script}`)];
    const answer = launcher.request('check', words, { waitMs: 600_000 }).then(
      (it) => it.words,
      () => [],
    );
    await eventually('the check to begin', () => isThere(attempt));
    return { answer };
  };

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
    await eventually('nothing of it is left', () => left() === 0);
    expect(isThere('survived')).toBe(false);
  });

  it('leaves nothing of it when it ends by itself', async () => {
    await launcher.ask('own', 'inst', 1, 'own');
    expect(await check(`cd ${folder}; sleep 600 & exit 0`)).toEqual(['checked', '0']);
    expect(left()).toBe(0);
  });

  it('asks for each attempt once at a time', async () => {
    await launcher.ask('own', 'inst', 1, 'own');
    await begin('a');
    expect(await check('true', 20, 'a')).toEqual(['checked', 'busy', 'a']);
    expect(await check('true', 20, 'b')).toEqual(['checked', '0']);
  });

  it('is ended by a cancel, and not asked afterwards', async () => {
    await launcher.ask('own', 'inst', 1, 'own');
    const { answer } = await begin('a', `cd ${folder}; sleep 600`);
    expect(await launcher.ask('cancel', 'a', 100)).toEqual(['confirmed']);
    expect(left()).toBe(0);
    expect((await answer)[0]).toBe('checked');
    for (const attempt of ['a', 'never-asked']) {
      expect(await launcher.ask('cancel', attempt, 100)).toEqual(['confirmed']);
      expect(await check('true', 20, attempt)).toEqual(['checked', 'over']);
    }
    await launcher.ask('forget', 'a');
    expect(readdirSync(join(folder, 'state', 'checks'))).toEqual([]);
  });

  it('is ended by whoever owns the node next, before anything is answered', async () => {
    await launcher.ask('own', 'inst', 1, 'own');
    await begin('a', `cd ${folder}; sleep 600`);
    const next = await open();
    expect((await next.ask('own', 'inst', 2, 'own'))[0]).toBe('ok');
    expect(left()).toBe(0);
    expect(readdirSync(join(folder, 'state', 'checks'))).toEqual([]);
  });

  it('leaves the node free once it is ended, also where whoever asked it was killed', async () => {
    launcher = await open(plant(['wait "$its"\n', 'itself; kill -KILL "$pid"\n']));
    await launcher.ask('own', 'inst', 1, 'own');
    await begin('a', `cd ${folder}; sleep 600`);
    const next = await open();
    expect((await next.ask('own', 'inst', 2, 'own'))[0]).toBe('ok');
    expect(left()).toBe(0);
    expect(await next.ask('start', 'b', escapeWord('cd /'), escapeWord('true'))).toEqual(['started']);
    await next.ended('b');
  });

  it('is found by the process that it was recorded with, and by none that came to have its number', async () => {
    const stranger = spawn('sleep', ['600'], { detached: true });
    const ended = new Promise((resolve) => stranger.once('exit', resolve));
    try {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      const record = `${boot} ${stranger.pid} 1 .\n`;
      writeFileSync(join(folder, 'state', 'checks', 'a'), record);
      await launcher.ask('own', 'inst', 1, 'own');
      writeFileSync(join(folder, 'state', 'checks', 'a'), record);
      expect(await check('true', 20, 'a')).toEqual(['checked', '0']);
      writeFileSync(join(folder, 'state', 'checks', 'a'), record);
      expect(await launcher.ask('cancel', 'a', 0)).toEqual(['confirmed']);
      expect(stranger.exitCode).toBeNull();
      expect(process.kill(stranger.pid ?? 0, 0)).toBe(true);
    } finally {
      stranger.kill('SIGKILL');
      await ended;
    }
  });

  /** How many processes are in the folder. */
  function left(): number {
    return folderProcesses(folder).filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === folder;
      } catch {
        return false;
      }
    }).length;
  }
});
