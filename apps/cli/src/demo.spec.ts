import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterClient } from '@muster/client';
import { folderProcesses } from '@muster/remote';
import { isAlive, type PrivateFolder, privateFolder } from '@muster/testkit';

const script = join(__dirname, '../../../tools/demo.mjs');
const nodes = ['proxy', 'app1', 'app2', 'app3', 'db'];
/** A checkout lies anywhere: spaces, letters beyond ASCII, and what a shell reads between quotes; Node itself cannot do backslashes. */
const NAME = `Vorführung "it's" $HOME \`false\``;

describe('the demo', () => {
  let folder: PrivateFolder;
  beforeAll(async () => {
    folder = await privateFolder('demo');
  });
  afterAll(async () => {
    await demo('stop');
    await folder.remove();
  }, 60_000);

  async function demo(verb: string) {
    const env = { PATH: process.env['PATH'], HOME: folder.path, MUSTER_DEMO_DIR: join(folder.path, NAME) };
    const child = spawn(process.execPath, [script, verb, '--no-build'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (text += piece.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, text };
  }
  const kept = (file: string) => readFileSync(join(folder.path, NAME, file), 'utf8');
  const pidOf = (name: string) => (JSON.parse(kept(`${name}.pid`)) as { pid: number }).pid;

  it('deploys a web service whose proxy reaches every application server', async () => {
    const { code, text } = await demo('start');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toMatch(/6 of 15 tasks changed something/);
    const address = /The web service is up: (\S+)/.exec(text)?.[1] ?? '';
    const servedBy = new Set<string | null>();
    for (let n = 0; n < 3; n++) servedBy.add((await fetch(address)).headers.get('x-served-by'));
    expect([...servedBy].sort()).toEqual(['app1', 'app2', 'app3']);
  }, 120_000);

  it('takes down one application server at a time, and answers meanwhile', async () => {
    const address = /PORT=(\d+)/.exec(kept('nodes/proxy/web.env'))?.[1] ?? '';
    // Every application server is made to restart.
    for (const app of ['app1', 'app2', 'app3']) process.kill(Number(kept(`nodes/${app}/web-run/app.pid`)));
    let over = false;
    const again = demo('start').finally(() => (over = true));
    // From when the first is back: the rest of the time nobody notices.
    while (!over && (await fetch(`http://127.0.0.1:${address}`)).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const answers: number[] = [];
    while (!over) answers.push((await fetch(`http://127.0.0.1:${address}`)).status);
    expect(await again).toMatchObject({
      code: 0,
      text: expect.stringContaining('3 of 10 tasks changed something. 5 were left out') as string,
    });
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.filter((it) => it !== 200)).toEqual([]);

    const server = (JSON.parse(kept('server.ready')) as { url: string }).url;
    const { transactions } = new MusterClient({ server, token: kept('data/admin-token').trim() });
    const { value: newest } = await transactions.list().next();
    const { graphs } = await transactions.get((newest as { transaction: string }).transaction);
    const updates = Object.entries(graphs[0]?.tasks ?? {}).flatMap(([task, it]) =>
      task.startsWith('app-update@') ? [it] : [],
    );
    const sorted = updates.sort((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? -1 : 1));
    expect(sorted).toHaveLength(3);
    for (const [n, next] of sorted.slice(1).entries())
      expect((next.startedAt ?? '') >= (sorted[n]?.endedAt ?? 'z')).toBe(true);
  }, 120_000);

  it('cleans up after a crash, uses what is there, and has nothing to change', async () => {
    process.kill(pidOf('server'), 'SIGKILL');
    writeFileSync(join(folder.path, NAME, 'demo.pid'), '{"pid": 12');
    const { code, text } = await demo('start');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toContain('Cleaning up what an earlier run left behind');
    expect(text).toContain(
      '10 of 15 tasks ran, and none had anything to change: no server was restarted. 5 were left out',
    );
  }, 120_000);

  it('leaves nothing running', async () => {
    const pids = [
      pidOf('server'),
      pidOf('nodes'),
      ...nodes.flatMap((node) => folderProcesses(join(folder.path, NAME, 'nodes', node))),
    ];
    expect(pids.length).toBeGreaterThanOrEqual(7);
    expect(await demo('stop')).toMatchObject({
      code: 0,
      text: expect.stringContaining('Stopped: the server, the nodes, 5 processes') as string,
    });
    expect(await Promise.all(pids.map((pid) => isAlive(pid)))).toEqual(pids.map(() => false));
    expect(await demo('stop')).toMatchObject({
      code: 0,
      text: expect.stringContaining('Nothing of the demo was running') as string,
    });
  }, 60_000);
});
