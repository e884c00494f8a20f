import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { typescriptCommand } from '@muster/testkit';
import { FakePlanner, status } from './fake-planner.testing';
import { temporaryFolder } from './temporary-folder.testing';

const main = join(__dirname, 'main.ts');
const home = temporaryFolder();
const [node = '', ...runMain] = typescriptCommand(main);

/** Starts the program in a process of its own. */
function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(node, [...runMain, ...args], {
    cwd: __dirname,
    env: { PATH: process.env['PATH'], HOME: home, ...env },
  });
  const told = { out: '', err: '' };
  child.stdout.on('data', (piece: Buffer) => (told.out += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (told.err += piece.toString()));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
    ...told,
  }));
  return { child, told, ended };
}

describe('the program', () => {
  let planner: FakePlanner;
  beforeEach(async () => {
    planner = await FakePlanner.start();
  });
  afterEach(() => planner.close());

  it('loads nothing heavy to tell its version', async () => {
    const [file = '', ...args] = typescriptCommand('-e');
    const script = `process.argv.push('muster', '--version');
      process.on('exit', () => console.error(JSON.stringify(Object.keys(require.cache))));
      require(${JSON.stringify(main)});`;
    const child = spawn(file, [...args, script], { cwd: __dirname });
    let err = '';
    child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
    await once(child, 'close');
    const loaded = (JSON.parse(err) as string[]).map((path) => path.split('/').slice(-4).join('/'));
    expect(loaded.length).toBeGreaterThan(20);
    expect(
      loaded.filter((path) =>
        /node_modules\/(yaml|@nestjs|typeorm|zod)\/|(apps\/(server|planner|executor)|libs\/(catalog|planning|simulation|storage|remote))\//.test(
          path,
        ),
      ),
    ).toEqual([]);
  });

  it('ends quietly when its reader has gone', async () => {
    const nodes = Array.from({ length: 5_000 }, (_, n) => ({
      name: `n${n}`,
      address: 'x'.repeat(200),
      port: 1,
      cluster: null,
      roles: [],
      labels: [],
      hostKey: null,
    }));
    planner.answer('GET /nodes', { items: nodes, next: null });
    const { child, ended } = start(['node', 'list'], { MUSTER_SERVER: planner.url });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });

  it('writes no escapes where no terminal is', async () => {
    planner.answer('GET /transactions/t1', status('failed'));
    const { out, err, code } = await start(['watch', 't1'], { MUSTER_SERVER: planner.url, FORCE_COLOR: '1' }).ended;
    expect({ code, escapes: /\u001b/.test(out + err) }).toEqual({ code: 3, escapes: false });
  });

  it('detaches at the first Ctrl-C', async () => {
    planner.answer('GET /transactions/t1', status('running'));
    const { child, told, ended } = start(['watch', 't1'], { MUSTER_SERVER: planner.url });
    while (!planner.seen.some((it) => it.url.includes('/events')))
      await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 6, signal: null });
    expect(told.err).toContain('Come back with: muster watch t1');
  });

  it('ends as any other program at a Ctrl-C before there is anything to come back to', async () => {
    const { child, ended } = start(['deploy', 'a', '--wait'], { MUSTER_SERVER: planner.url });
    planner.route('POST /transactions', () => undefined);
    while (!planner.seen.some((it) => it.method === 'POST')) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: null, signal: 'SIGINT' });
  });
});
