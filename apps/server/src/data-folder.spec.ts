import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptSecret, prepareDataFolder } from './data-folder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-server-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('the data folder', () => {
  it('is for its user only', async () => {
    const data = join(folder, 'deep', 'data');
    await prepareDataFolder(data);
    expect(mode(data)).toBe('700');
    chmodSync(data, 0o755);
    await prepareDataFolder(data);
    expect(mode(data)).toBe('700');
  });

  it('that cannot be made is a problem of the configuration', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(prepareDataFolder(join(folder, 'file'))).rejects.toMatchObject({
      problems: [{ subject: 'MUSTER_DATA_DIR' }],
    });
  });

  it('keeps a secret, made once also by many at once, readable by its user only', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => keptSecret(folder, 'admin-token')));
    const values = new Set(made.map((it) => it.reveal()));
    expect(values.size).toBe(1);
    expect(readdirSync(folder)).toEqual(['admin-token']);
    expect(mode(join(folder, 'admin-token'))).toBe('600');
    expect(readFileSync(join(folder, 'admin-token'), 'utf8').trim()).toBe([...values][0]);
    expect(Buffer.from([...values][0] as string, 'base64url')).toHaveLength(32);
  });

  it('does not take an empty file for a secret', async () => {
    writeFileSync(join(folder, 'secret-key'), '\n');
    await expect(keptSecret(folder, 'secret-key')).rejects.toMatchObject({ problems: [{ code: 'CONFIG_INVALID' }] });
  });
});
