import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type PrivateFolder, privateFolder, typescriptCommand } from '@muster/testkit';
import { openDatabase } from '../database';
import { describeDatabaseContract } from '../database-contract.testing';

// On a busy machine it takes its time to be made.
jest.setTimeout(120_000);

// Seconds of work, so it is made once and copied.
let made: PrivateFolder;
beforeAll(async () => {
  made = await privateFolder('embedded');
  await (await open(join(made.path, 'data'))).close();
});
afterAll(() => made.remove());
const open = (folder: string) => openDatabase({ config: { kind: 'embedded', folder }, name: 'test' });
const copyTo = (path: string): Promise<void> => cp(join(made.path, 'data'), path, { recursive: true });

describeDatabaseContract('the embedded database', async () => {
  const place = await privateFolder('embedded');
  await copyTo(join(place.path, 'data'));
  const database = await open(join(place.path, 'data'));
  return {
    database,
    stop: async () => {
      await database.close();
      await place.remove();
    },
  };
});

describe('the folder of an embedded database', () => {
  let place: PrivateFolder;
  let folder: string;
  beforeEach(async () => {
    place = await privateFolder('embedded');
    folder = join(place.path, 'data');
  });
  let child: ChildProcess | null = null;
  afterEach(async () => {
    child?.kill('SIGKILL');
    await place.remove();
  });

  it('is closed to everybody else', async () => {
    expect((await stat(join(made.path, 'data'))).mode & 0o777).toBe(0o700);
    await copyTo(folder);
    await chmod(folder, 0o755);
    const database = await open(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await database.close();
  });

  it('ends no transaction for its silence, since its client is this process', async () => {
    await copyTo(folder);
    const database = await open(folder);
    const { rows } = await database.pool.query('SHOW idle_in_transaction_session_timeout');
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: '0' }]);
    await database.close();
  });

  it('keeps what was committed, also when it is opened again', async () => {
    await copyTo(folder);
    const first = await open(folder);
    await first.pool.query('CREATE TABLE kept (n int)');
    await first.pool.query('INSERT INTO kept VALUES (1)');
    await first.close();
    const second = await open(folder);
    expect((await second.pool.query('SELECT n FROM kept')).rows).toEqual([{ n: 1 }]);
    await second.close();
    expect((await readdir(folder)).sort()).toEqual(['pgdata']);
  });

  it('is refused to a second one while the first is open, and given afterwards', async () => {
    await copyTo(folder);
    const first = await open(folder);
    await expect(open(folder)).rejects.toMatchObject({
      problems: [{ code: 'STORAGE_FOLDER_IN_USE', summary: `process ${process.pid} uses it` }],
    });
    expect((await first.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await first.close();
    await (await open(folder)).close();
  });

  it('is taken over from a process number that now belongs to another', async () => {
    await copyTo(folder);
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.pid, startedAt: '1' }));
    await (await open(folder)).close();
  });

  it('may lie too deep for a socket', async () => {
    const deep = join(folder, 'deep'.repeat(20), 'down');
    await copyTo(deep);
    const database = await open(deep);
    expect((await database.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('that cannot be made is a problem', async () => {
    await writeFile(join(place.path, 'file'), '');
    await expect(open(join(place.path, 'file', 'data'))).rejects.toMatchObject({
      problems: [{ code: 'STORAGE_FOLDER_UNUSABLE' }],
    });
  });

  it('that holds what no database can be kept in is a problem that says why', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'pgdata'), '');
    await expect(open(folder)).rejects.toMatchObject({
      problems: [
        {
          code: 'STORAGE_FOLDER_UNUSABLE',
          summary: 'the database in it cannot be opened: something that is no folder stands in its place',
        },
      ],
    });
    // Whoever mends it can go on.
    await rm(join(folder, 'pgdata'));
    await copyTo(folder);
    await (await open(folder)).close();
  });

  it('survives kill -9 of its process without losing what was acknowledged', async () => {
    await copyTo(folder);
    const [file = '', ...args] = typescriptCommand(join(__dirname, 'count-until-killed.testing.ts'), folder);
    let acknowledged = 0;
    for (let round = 0; round < 3; round += 1) {
      const counting = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      child = counting;
      const ended = once(counting, 'exit');
      const lines = createInterface({ input: counting.stdout });
      const target = acknowledged + 40;
      for await (const line of lines) {
        acknowledged = Number(line);
        if (acknowledged >= target) counting.kill('SIGKILL');
      }
      await ended;
      expect(acknowledged).toBeGreaterThanOrEqual(target);
    }
    const database = await open(folder);
    const { rows } = await database.pool.query<{ n: number }>(
      'SELECT max(n) AS n, count(*)::int AS count FROM counted',
    );
    expect(rows[0]?.n).toBeGreaterThanOrEqual(acknowledged);
    await database.close();
  });
});
