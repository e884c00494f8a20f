import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PrivateFolder, privateFolder } from '@muster/testkit';
import { loadOrCreateKeyFile } from './key-file';

describe('a key file', () => {
  let place: PrivateFolder;
  let path: string;
  beforeEach(async () => {
    place = await privateFolder('key');
    path = join(place.path, 'secret-key');
  });
  afterEach(() => place.remove());

  it('is made once, for our eyes only', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => loadOrCreateKeyFile(path)));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await loadOrCreateKeyFile(path)).toBe(all[0]);
    expect(await readdir(place.path)).toEqual(['secret-key']);
  });

  it('is refused when others may read it', async () => {
    await loadOrCreateKeyFile(path);
    await chmod(path, 0o644);
    await expect(loadOrCreateKeyFile(path)).rejects.toMatchObject({ problems: [{ code: 'CONFIG_INVALID' }] });
  });

  it('is refused when it is empty, rather than replaced: what was sealed would be lost', async () => {
    await writeFile(path, '\n', { mode: 0o600 });
    await expect(loadOrCreateKeyFile(path)).rejects.toThrow('it is empty');
  });
});
