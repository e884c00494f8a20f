import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isAlive, type PrivateFolder, privateFolder, waitUntil } from '@muster/testkit';

const background = pathToFileURL(join(__dirname, '../../../tools/demo/background.mjs')).href;

describe('what the demo starts in the background', () => {
  let folder: PrivateFolder;
  beforeAll(async () => {
    folder = await privateFolder('demo background');
  });
  afterAll(() => folder.remove());

  async function script(text: string) {
    const env = { PATH: process.env['PATH'], MUSTER_DEMO_DIR: folder.path };
    const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { code, signal, out };
  }

  it('is found and ended, also when its starter was killed as soon as it began', async () => {
    const file = join(folder.path, 'began');
    const program = `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`;
    // Whatever the starter would write is written when it is too late.
    const starter = await script(`
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const end = () => { while (!fs.existsSync(${JSON.stringify(file)})); process.kill(process.pid, 'SIGKILL'); };
      fs.writeFileSync = end;
      syncBuiltinESMExports();
      const { startInBackground } = await import(${JSON.stringify(background)});
      void startInBackground('server', ['-e', ${JSON.stringify(program)}], process.env, 's');
      setTimeout(end, 1);
    `);
    expect(starter.signal).toBe('SIGKILL');
    await waitUntil('it has begun', () => existsSync(file) && readFileSync(file, 'utf8') !== '');
    const pid = Number(readFileSync(file, 'utf8'));
    try {
      const stopped = await script(`
        const { running, stopInBackground } = await import(${JSON.stringify(background)});
        console.log(JSON.stringify([running('server')?.pid, running('server')?.stamp, await stopInBackground('server')]));
      `);
      expect(JSON.parse(stopped.out)).toEqual([pid, 's', true]);
      expect(await isAlive(pid)).toBe(false);
    } finally {
      if (await isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
  });
});
