import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PrivateFolder, privateFolder } from '@muster/testkit';
import { copyDatabaseTemplate } from './database-template';
import { openPglite } from './open-pglite';

// On a busy machine it takes its time to be made.
jest.setTimeout(120_000);

describe('a new embedded database', () => {
  let place: PrivateFolder;
  let template: string;
  const at = (...parts: readonly string[]): string => join(place.path, ...parts);
  beforeAll(async () => {
    place = await privateFolder('embedded');
    template = at('template');
  });
  afterAll(() => place.remove());

  it('is made on the spot where there is no template, or one of another version', async () => {
    await mkdir(join(template, 'pgdata'), { recursive: true });
    await writeFile(join(template, 'made.json'), '{"pglite":"0.0.0"}');
    await writeFile(join(template, 'pgdata', 'other'), '');
    await copyDatabaseTemplate(at('data'), at('nothing'));
    await copyDatabaseTemplate(at('data'), template);
    expect(await readdir(place.path)).toEqual(['template']);
    await (await openPglite(at('data'), template)).close();
    expect(await readdir(at('data'))).toContain('PG_VERSION');
  });

  it('begins as a copy of the template, in place of what an earlier copy left unfinished', async () => {
    // The one that has just been made is as good a template as that of the build.
    await cp(at('data'), join(template, 'pgdata'), { recursive: true, force: true });
    const packageFile = join(require.resolve('@electric-sql/pglite'), '../../package.json');
    const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string };
    await writeFile(join(template, 'made.json'), JSON.stringify({ pglite: version }));
    await mkdir(at('copy.new'));
    await writeFile(at('copy.new', 'unfinished'), '');

    const database = await openPglite(at('copy'), template);
    await database.query('CREATE TABLE kept (n int)');
    expect((await database.query("SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'")).rows).toEqual(
      [{ n: 1 }],
    );
    await database.close();
    expect(await readdir(place.path)).toEqual(['copy', 'data', 'template']);
    expect(await readdir(at('copy'))).toContain('other');
    expect(await readdir(at('copy'))).not.toContain('unfinished');
  });

  it('is of nobody else and to be written where what is installed is for reading alone', async () => {
    const modes = async (of: string): Promise<readonly string[]> => {
      const entries = await readdir(at(of), { recursive: true, withFileTypes: true });
      const found = entries.map(async (it) => {
        const { mode } = await stat(join(it.parentPath, it.name));
        return `${it.isDirectory() ? 'folder' : 'file'} ${(mode & 0o777).toString(8)}`;
      });
      return [...new Set(await Promise.all(found))].sort();
    };
    await chmod(join(template, 'pgdata', 'PG_VERSION'), 0o444);
    await chmod(join(template, 'pgdata', 'base'), 0o555);
    await copyDatabaseTemplate(at('own'), template);
    await chmod(join(template, 'pgdata', 'base'), 0o755);
    expect(await modes('own')).toEqual(['file 600', 'folder 700']);
    expect(((await stat(at('own'))).mode & 0o777).toString(8)).toBe('700');
    await rm(at('own'), { recursive: true });
  });

  it('is made on the spot where the template cannot be copied', async () => {
    await cp(join(template, 'made.json'), at('torn', 'made.json'));
    await copyDatabaseTemplate(at('made'), at('torn'));
    expect((await readdir(place.path)).filter((name) => name.startsWith('made'))).toEqual([]);
    await rm(at('torn'), { recursive: true });
  });

  it('never takes the place of one that is there', async () => {
    const before = (await stat(at('copy'))).ino;
    await copyDatabaseTemplate(at('copy'), template);
    expect((await stat(at('copy'))).ino).toBe(before);
    const database = await openPglite(at('copy'), template);
    expect((await database.query('SELECT count(*)::int AS n FROM kept')).rows).toEqual([{ n: 0 }]);
    await database.close();
  });
});
